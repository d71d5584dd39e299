//! A provider with one of everything.

use std::time::{Duration, UNIX_EPOCH};

use crate::{
    Attr, Call, Create, DataSource, Deferral, Delete, Diagnostic, Diagnostics, EphemeralResource,
    Found, Function, FunctionError, IdentitySchema, Import, JsonObject, Move, Opened, Parameter,
    Plan, Private, Provider, Read, Registry, Renewed, Resource, Schema, Secret, Signature, State,
    Type, Update, Value, async_trait, length,
};

crate::model! {
    /// Settings.
    pub(crate) struct Settings {
        /// Where.
        endpoint: String = optional(),
    }
}

crate::model! {
    /// A thing.
    pub(crate) struct Thing {
        /// Its id.
        id: String = computed().keep_prior(),
        /// Its name; some names make trouble.
        name: String = required().validate(length(1..=20)),
        /// Its size.
        size: i64 = default(1),
        /// Its kind.
        kind: String = optional().requires_replace(),
        /// Its secret.
        secret: Secret = optional().write_only(),
        /// Changes with every change.
        etag: String = computed(),
    }
}

/// The type of the values of a thing.
pub(crate) fn value_type() -> Type {
    Schema::of::<Thing>().value_type()
}

pub(crate) struct TestProvider;

#[async_trait]
impl Provider for TestProvider {
    type Config = Settings;

    fn register(&self, registry: &mut Registry) {
        registry.resource("test_thing", Things);
        registry.data_source("test_thing", Things);
        registry.ephemeral("test_token", Tokens);
        registry.function("join", Join);
    }

    async fn configure(&self, _: &Call, config: Settings) -> Result<Diagnostics, Diagnostics> {
        match config.endpoint {
            Attr::Known(endpoint) if endpoint == "down" => {
                Err(Diagnostic::error("down", "It is down.")
                    .at("endpoint")
                    .into())
            }
            _ => Ok(Diagnostics::new()),
        }
    }
}

pub(crate) struct Things;

#[async_trait]
impl Resource for Things {
    type Model = Thing;

    fn schema(&self) -> Schema {
        Schema::of::<Thing>().version(2)
    }

    fn identity(&self) -> Option<IdentitySchema> {
        let identity = IdentitySchema::new().version(1);
        Some(
            identity
                .required("id", Type::String, "The id.")
                .optional("realm", Type::String, ""),
        )
    }

    async fn validate(&self, _: &Call, config: Thing) -> Diagnostics {
        match (config.secret, config.kind) {
            (Attr::Known(_), Attr::Known(_)) => Diagnostic::error("conflict", "Not with kind.")
                .at("secret")
                .into(),
            _ => Diagnostics::new(),
        }
    }

    async fn plan(&self, _: &Call, plan: &mut Plan<Thing>) -> Result<(), Diagnostics> {
        match plan.config.name.as_str() {
            Some("replace") => plan.require_replace("name"),
            Some("defer") => plan.defer(Deferral::ResourceConfigUnknown),
            Some("invent") => plan.planned.kind = "invented".into(),
            Some("warn") => plan.push(Diagnostic::warning("careful", "")),
            Some("keep") => plan.private.set("kept", "yes"),
            Some("refuse") => return Err(Diagnostic::error("refused", "No.").at("name").into()),
            _ => {}
        }
        Ok(())
    }

    async fn plan_destroy(&self, _: &Call, prior: Thing) -> Diagnostics {
        match prior.name.as_str() {
            Some("protected") => Diagnostic::error("protected", "Unprotect it first.").into(),
            _ => Diagnostics::new(),
        }
    }

    async fn create(&self, call: &Call, new: Create<Thing>) -> Result<State<Thing>, Diagnostics> {
        let made = Thing {
            id: "1".into(),
            etag: "e1".into(),
            ..new.planned.clone()
        };
        match new.planned.name.as_str() {
            Some("nothing") => Err(Diagnostic::error("refused", "Nothing was made.").into()),
            Some("half") => {
                let half = Thing {
                    etag: Attr::Unknown,
                    ..made
                };
                Ok(State::partial(
                    half,
                    Diagnostic::error("half done", "The rest failed."),
                ))
            }
            Some("leak") => Ok(State::new(Thing {
                secret: new.config.secret,
                ..made
            })),
            Some("lie") => Ok(State::new(Thing {
                size: 7.into(),
                ..made
            })),
            Some("panic") => panic!("on purpose"),
            Some("wait") => {
                call.cancelled().await;
                Err(Diagnostic::error("cancelled", "").into())
            }
            _ => Ok(State::new(made).private(new.private.with("by", "create"))),
        }
    }

    async fn read(&self, _: &Call, old: Read<Thing>) -> Result<State<Thing>, Diagnostics> {
        match old.state.id.as_str() {
            Some("gone") => Ok(State::gone()),
            Some("down") => Err(Diagnostic::error("down", "Try again.").into()),
            _ => Ok(State::new(Thing {
                etag: "e9".into(),
                ..old.state
            })
            .identity("realm", "r1")
            .private(old.private.with("read", "yes"))),
        }
    }

    async fn update(&self, _: &Call, new: Update<Thing>) -> Result<State<Thing>, Diagnostics> {
        if new.planned.name.as_str() == Some("nothing") {
            return Err(Diagnostic::error("refused", "Nothing changed.").into());
        }
        Ok(State::new(Thing {
            etag: "e2".into(),
            ..new.planned
        }))
    }

    async fn delete(&self, _: &Call, old: Delete<Thing>) -> Result<State<Thing>, Diagnostics> {
        match old.prior.name.as_str() {
            Some("nothing") => Err(Diagnostic::error("refused", "It stays.").into()),
            _ => Ok(State::gone()),
        }
    }

    async fn import(&self, _: &Call, request: Import) -> Result<State<Thing>, Diagnostics> {
        let id = request.id("id")?.to_owned();
        let secret = Secret::from("never").into();
        Ok(State::new(Thing {
            id: id.into(),
            secret,
            ..Thing::default()
        }))
    }

    async fn upgrade(
        &self,
        _: &Call,
        from: i64,
        mut state: JsonObject,
    ) -> Result<JsonObject, Diagnostics> {
        if from == 0 {
            let title = state.remove("title").unwrap_or_default();
            state.insert("name".to_owned(), title);
        }
        Ok(state)
    }

    fn accepts_moves(&self) -> bool {
        true
    }

    async fn move_from(&self, _: &Call, source: Move) -> Result<State<Thing>, Diagnostics> {
        if source.type_name != "other_thing" {
            return Err(Diagnostic::error("foreign", source.type_name).into());
        }
        let name = source
            .state
            .get("label")
            .and_then(|label| label.as_str())
            .unwrap_or_default();
        Ok(State::new(Thing {
            name: name.into(),
            ..Thing::default()
        }))
    }
}

crate::model! {
    /// Looks a thing up.
    pub(crate) struct ThingData {
        /// Its name.
        name: String = required(),
        /// Its size.
        size: i64 = computed(),
    }
}

#[async_trait]
impl DataSource for Things {
    type Model = ThingData;

    async fn read(&self, _: &Call, config: ThingData) -> Result<Found<ThingData>, Diagnostics> {
        match config.name.as_str() {
            Some("none") => Err(Diagnostic::error("no such thing", "").at("name").into()),
            Some("defer") => Ok(Found::new(config).defer(Deferral::AbsentPrerequisite)),
            Some("unknown") => Ok(Found::new(ThingData {
                size: Attr::Unknown,
                ..config
            })),
            _ => Ok(Found::new(ThingData {
                size: 3.into(),
                ..config
            })),
        }
    }
}

crate::model! {
    /// A token.
    pub(crate) struct Token {
        /// For what.
        scope: String = optional(),
        /// The token.
        token: Secret = computed(),
    }
}

struct Tokens;

#[async_trait]
impl EphemeralResource for Tokens {
    type Model = Token;

    async fn open(&self, _: &Call, config: Token) -> Result<Opened<Token>, Diagnostics> {
        let token = Token {
            token: Secret::from("t0").into(),
            ..config
        };
        let renew_at = UNIX_EPOCH + Duration::from_secs(100);
        Ok(Opened::new(token)
            .renew_at(renew_at)
            .private(Private::new().with("n", "1")))
    }

    async fn renew(&self, _: &Call, private: Private) -> Result<Renewed, Diagnostics> {
        assert_eq!(private.get("n"), Some("1"));
        Ok(Renewed {
            private: private.with("n", "2"),
            ..Renewed::default()
        })
    }

    async fn close(&self, _: &Call, private: Private) -> Result<Diagnostics, Diagnostics> {
        match private.get("n") {
            Some("2") => Ok(Diagnostics::new()),
            _ => Err(Diagnostic::error("not renewed", "").into()),
        }
    }
}

struct Join;

#[async_trait]
impl Function for Join {
    fn signature(&self) -> Signature {
        Signature::new(Type::String, "Joins texts")
            .parameter(Parameter::new(
                "separator",
                Type::String,
                "Between the texts.",
            ))
            .variadic(Parameter::new("texts", Type::String, "The texts."))
    }

    async fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
        match texts.split_first() {
            Some((&"", _)) => Err(FunctionError::argument(0, "The separator is empty.")),
            Some((separator, texts)) => Ok(texts.join(separator).into()),
            None => Err(FunctionError::new("There is nothing to join.")),
        }
    }
}
