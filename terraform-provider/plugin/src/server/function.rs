//! Provider functions.

use std::sync::Arc;

use super::Inner;
use super::codec::{decode, encode};
use super::reply::{Reply, error};
use crate::call::Call;
use crate::function::FunctionError;
use crate::value::Type;
use crate::wire::tfplugin6 as wire;
use wire::{call_function, get_functions};

pub(super) async fn list(
    inner: Arc<Inner>,
    _call: Call,
    _request: get_functions::Request,
) -> Reply<get_functions::Response> {
    let functions = inner.functions.iter();
    let functions =
        functions.map(|(name, function)| (name.clone(), function.signature().to_wire()));
    Ok(get_functions::Response {
        functions: functions.collect(),
        diagnostics: Vec::new(),
    })
}

pub(super) async fn call(
    inner: Arc<Inner>,
    _call: Call,
    request: call_function::Request,
) -> Reply<call_function::Response> {
    let Some(function) = inner.functions.get(&request.name) else {
        let detail = format!("This provider has no function {:?}.", request.name);
        return Err(error("Unknown function", detail));
    };
    let signature = function.signature();
    let variadic = signature.variadic.as_ref();
    let types: Vec<&Type> = signature
        .parameters
        .iter()
        .chain(std::iter::repeat_with(|| variadic).map_while(|parameter| parameter))
        .map(|parameter| &parameter.ty)
        .take(request.arguments.len())
        .collect();
    if types.len() < request.arguments.len().max(signature.parameters.len()) {
        return Err(error(
            "Wrong number of arguments",
            format!("Function {:?}.", request.name),
        ));
    }
    let arguments =
        request
            .arguments
            .iter()
            .zip(types)
            .enumerate()
            .map(|(position, (value, ty))| {
                decode(Some(value), ty).map_err(|reason| {
                    FunctionError::argument(
                        i64::try_from(position).unwrap_or(0),
                        reason.to_string(),
                    )
                })
            });
    let outcome = match arguments.collect::<Result<Vec<_>, _>>() {
        Ok(arguments) => function.call(arguments).await,
        Err(error) => Err(error),
    };
    let outcome = outcome.and_then(|result| {
        encode(&result, &signature.result).map_err(|reason| FunctionError::new(reason.to_string()))
    });
    Ok(match outcome {
        Ok(result) => call_function::Response {
            result: Some(result),
            error: None,
        },
        Err(error) => {
            let FunctionError { text, argument } = error;
            let error = wire::FunctionError {
                text,
                function_argument: argument,
            };
            call_function::Response {
                result: None,
                error: Some(error),
            }
        }
    })
}
