//! Tests of a provider in the process of the test: every call goes through the same decoding,
//! planning and encoding as one from Terraform, but through no socket.
//!
//! ```
//! # use tfplugin::*;
//! # model! {
//! #     /// A note.
//! #     pub struct Note {
//! #         /// Its number.
//! #         id: String = computed().keep_prior(),
//! #         /// What it says.
//! #         text: String = required(),
//! #     }
//! # }
//! # struct Notes;
//! # #[async_trait]
//! # impl Resource for Notes {
//! #     type Model = Note;
//! #     async fn create(&self, _: &Call, new: Create<Note>) -> Result<State<Note>, Diagnostics> {
//! #         Ok(State::new(Note { id: "1".into(), ..new.planned }))
//! #     }
//! #     async fn read(&self, _: &Call, old: Read<Note>) -> Result<State<Note>, Diagnostics> {
//! #         Ok(State::new(old.state))
//! #     }
//! #     async fn delete(&self, _: &Call, _: Delete<Note>) -> Result<State<Note>, Diagnostics> {
//! #         Ok(State::gone())
//! #     }
//! # }
//! # struct NotesProvider;
//! # #[async_trait]
//! # impl Provider for NotesProvider {
//! #     type Config = ();
//! #     fn register(&self, registry: &mut Registry) {
//! #         registry.resource("notes_note", Notes);
//! #     }
//! #     async fn configure(&self, _: &Call, _: ()) -> Result<Diagnostics, Diagnostics> {
//! #         Ok(Diagnostics::new())
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use tfplugin::testing::{Harness, object};
//!
//! let mut provider = Harness::new(NotesProvider);
//! let config = object([("text", "milk".into())]);
//! let made = provider.apply("notes_note", &Value::Null, &config).await;
//! assert_eq!(made.messages, [""; 0]);
//! assert_eq!(made.value.attribute("id"), &"1".into());
//!
//! let again = provider.plan("notes_note", &made.value, &config).await;
//! assert_eq!(again.value, made.value, "there is nothing to do");
//! # }
//! ```

mod harness;
mod proposed;
#[cfg(test)]
mod tests;

pub use harness::{Harness, Outcome};

use crate::value::Value;

/// An object of these attributes.
pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Value {
    Value::Object(
        attributes
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}
