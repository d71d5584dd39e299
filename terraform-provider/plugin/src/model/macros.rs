//! The declaration of a model, and the functions its expansion calls.

use super::Data;
use crate::attr::Attr;
use crate::value::{CodecError, Object, Path, Value};

/// Declares a struct together with its schema and conversions, so that they cannot drift apart.
///
/// Each field is written `name: Type = properties`: the field of the struct has the type
/// [`Attr<Type>`](crate::Attr), the attribute of the schema the type of `Type` and the properties,
/// which are methods of [`Attribute`](crate::Attribute) (of
/// [`NestedBlock`](crate::NestedBlock) for [`Blocks`](crate::Blocks) and its kin). Doc comments
/// become the descriptions users read.
///
/// ```
/// tfplugin::model! {
///     /// A note on the board.
///     pub struct Note {
///         /// The number the board gave it.
///         id: i64 = computed().keep_prior(),
///         /// What it says.
///         text: String = required().validate(tfplugin::length(1..=140)),
///         /// Its colour.
///         colour: String = default("yellow").requires_replace(),
///         /// Who may read it.
///         readers: std::collections::BTreeSet<String> = optional(),
///         /// Seals it; not stored.
///         pin_wo: tfplugin::Secret = optional().write_only(),
///     }
/// }
///
/// let note = Note { text: "milk".into(), ..Note::default() };
/// assert!(note.colour.is_null());
/// assert!(tfplugin::Schema::of::<Note>().problems().is_empty());
/// ```
#[macro_export]
macro_rules! model {
    (
        $(#[doc = $doc:literal])*
        $visibility:vis struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])*
                $field:ident : $ty:ty = $($property:ident ( $($argument:tt)* )).+
            ),* $(,)?
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        $visibility struct $name {
            $(
                $(#[doc = $field_doc])*
                pub $field: $crate::Attr<$ty>,
            )*
        }

        impl $crate::Model for $name {
            fn block() -> $crate::Block {
                $crate::Block::new()
                    .describe($crate::__private::description(&[$($doc),*]))
                    $(.with(
                        $crate::__private::field_name(stringify!($field)),
                        <$ty as $crate::Data>::declare()
                            .describe($crate::__private::description(&[$($field_doc),*]))
                            $(.$property($($argument)*))+,
                    ))*
            }

            fn from_object(
                mut object: $crate::Object,
                path: &$crate::Path,
            ) -> ::core::result::Result<Self, $crate::CodecError> {
                ::core::result::Result::Ok(Self {
                    $($field: $crate::__private::take(&mut object, stringify!($field), path)?,)*
                })
            }

            fn into_object(self) -> $crate::Object {
                $crate::Object::from([
                    $((
                        $crate::__private::field_name(stringify!($field)).to_owned(),
                        $crate::__private::put(self.$field),
                    ),)*
                ])
            }
        }
    };
}

/// The lines of a doc comment as one text.
#[must_use]
pub fn description(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join("\n").trim().to_owned()
}

/// The name of a field without the mark of a raw identifier.
#[must_use]
pub fn field_name(name: &'static str) -> &'static str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Takes the attribute `name` out of an object.
///
/// # Errors
/// If the value has another type.
pub fn take<T: Data>(
    object: &mut Object,
    name: &'static str,
    path: &Path,
) -> Result<Attr<T>, CodecError> {
    let name = field_name(name);
    let value = object.remove(name).unwrap_or(Value::Null);
    T::from_value(value, &path.attribute(name))
}

/// The value of a field.
pub fn put<T: Data>(field: Attr<T>) -> Value {
    match field {
        Attr::Unknown => Value::Unknown,
        Attr::Null => T::absent(),
        Attr::Known(value) => value.into_value(),
    }
}
