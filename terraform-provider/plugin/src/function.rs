//! Provider functions: pure computations that configurations call.

use async_trait::async_trait;

use crate::value::{Type, Value};
use crate::wire::tfplugin6 as wire;

/// A function, called in a provider process that may not be configured.
#[async_trait]
pub trait Function: Send + Sync + 'static {
    /// Its parameters and result.
    fn signature(&self) -> Signature;

    /// Computes the result. The arguments have the types of the parameters, in their order, then
    /// those of the variadic parameter.
    ///
    /// # Errors
    /// If the arguments do not make sense.
    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// What the user reads.
    pub text: String,
    /// The argument at fault, counted from 0.
    pub argument: Option<i64>,
}

impl FunctionError {
    /// A failure of no particular argument.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// A failure of the argument at `position`.
    pub fn argument(position: i64, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(position),
        }
    }
}

/// The parameters and the result of a function.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic: Option<Parameter>,
    pub(crate) result: Type,
    summary: String,
    description: String,
}

impl Signature {
    /// A function without parameters.
    pub fn new(result: Type, summary: impl Into<String>) -> Self {
        let (summary, description) = (summary.into(), String::new());
        Self {
            parameters: Vec::new(),
            variadic: None,
            result,
            summary,
            description,
        }
    }

    /// One more parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// The parameter that takes all further arguments.
    #[must_use]
    pub fn variadic(mut self, parameter: Parameter) -> Self {
        self.variadic = Some(parameter);
        self
    }

    /// What the user reads about it, as Markdown.
    #[must_use]
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    pub(crate) fn to_wire(&self) -> wire::Function {
        wire::Function {
            parameters: self.parameters.iter().map(Parameter::to_wire).collect(),
            variadic_parameter: self.variadic.as_ref().map(Parameter::to_wire),
            r#return: Some(wire::function::Return {
                r#type: self.result.to_bytes(),
            }),
            summary: self.summary.clone(),
            description: self.description.clone(),
            description_kind: wire::StringKind::Markdown.into(),
            deprecation_message: String::new(),
        }
    }
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub struct Parameter {
    name: String,
    pub(crate) ty: Type,
    description: String,
    allow_null: bool,
    allow_unknown: bool,
}

impl Parameter {
    /// A parameter that takes neither null nor unknown values.
    pub fn new(name: impl Into<String>, ty: Type, description: impl Into<String>) -> Self {
        let (name, description) = (name.into(), description.into());
        Self {
            name,
            ty,
            description,
            allow_null: false,
            allow_unknown: false,
        }
    }

    /// It takes null.
    #[must_use]
    pub fn allow_null(mut self) -> Self {
        self.allow_null = true;
        self
    }

    /// It takes unknown values, also inside others.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }

    fn to_wire(&self) -> wire::function::Parameter {
        wire::function::Parameter {
            name: self.name.clone(),
            r#type: self.ty.to_bytes(),
            allow_null_value: self.allow_null,
            allow_unknown_values: self.allow_unknown,
            description: self.description.clone(),
            description_kind: wire::StringKind::Markdown.into(),
        }
    }
}
