//! A stack that is deployed to an account, and calls of its HTTP API.

use std::path::Path;
use std::process::Command;

use aws_credential_types::Credentials;
use aws_provider_stub::signed::{Call as SignedCall, Caller};
use http::Method;
use m2m_local::serve::AdminFile;
use m2m_tests::call::{Answer, Call};
use m2m_tests::programs;
use m2m_tests::terraform::Run;
use serde_json::Value;
use tempfile::TempDir;

use crate::account::Account;
use crate::infra::Infra;
use crate::ministack::REGION;
use crate::packages;

/// A deployed stack.
pub(crate) struct Deployment {
    /// Its code and its state.
    pub(crate) infra: Infra,
    /// What Terraform says of it.
    pub(crate) outputs: Value,
    /// The origin of its API, as this machine reaches it.
    origin: String,
    http: reqwest::Client,
}

impl Deployment {
    /// Applies `infra/` under this name; `more` are further variables. `None` without what that needs.
    pub(crate) fn make(account: &Account, name: &str, more: &str) -> Option<Self> {
        let infra = Infra::new(account.environment())?;
        infra.set(&Self::variables(name, more));
        infra.apply().ok();
        let outputs = infra.outputs();
        let host = outputs["issuer"]
            .as_str()
            .unwrap()
            .strip_prefix("https://")
            .unwrap();
        let address = account.emulator.address;
        let http = reqwest::Client::builder().no_proxy().resolve(host, address);
        Some(Self {
            origin: format!("http://{host}:{}", address.port()),
            http: http.build().unwrap(),
            outputs,
            infra,
        })
    }

    /// The variables of such a stack.
    pub(crate) fn variables(name: &str, more: &str) -> String {
        format!(
            "name = {name:?}\npackage_dir = {:?}\narchitecture = {:?}\n\
             deletion_protection = false\n{more}\n",
            packages::directory(),
            packages::ARCHITECTURE,
        )
    }

    /// A text among the outputs.
    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap()
    }

    /// A call of the API.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call::new(&self.http, method, &format!("{}{path}", self.origin))
    }

    /// Asks for a token with these credentials and further parameters.
    pub(crate) async fn token(&self, id: &str, secret: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend_from_slice(more);
        let call = self.call(Method::POST, "/oauth/token").basic(id, secret);
        call.form(&form).send().await
    }

    /// A token for the management API, as an admin.
    pub(crate) async fn admin_token(&self, admin: &AdminFile) -> String {
        let resource = format!("{}/v1", self.output("issuer"));
        let scope = "clients:read clients:write clients:reveal clients:delegate";
        let more = [("resource", resource.as_str()), ("scope", scope)];
        let secret = admin.client_secret.expose();
        let answer = self.token(admin.client_id.as_str(), secret, &more).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.member("access_token")
    }

    /// A call of the API by somebody of the account.
    pub(crate) async fn signed(
        &self,
        by: &Credentials,
        account: &Account,
        method: Method,
        path: &str,
        body: String,
    ) -> (u16, String) {
        // The API by its path below the emulator: a signature is over the host.
        let endpoint = format!("http://{}", account.emulator.address);
        let caller = Caller::new(&endpoint, REGION, by.clone());
        let call = SignedCall {
            service: "execute-api",
            method,
            path: format!("/_aws/execute-api/{}/$default{path}", self.output("api_id")),
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        };
        let (status, text) = caller.send(call).await.unwrap();
        (status.as_u16(), text)
    }

    /// Runs the command that `terraform apply` ends with as a shell does; it makes the first admin.
    pub(crate) fn bootstrap(&self, account: &Account) -> AdminFile {
        let directory = TempDir::new().unwrap();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-e", "-c", self.output("bootstrap_command")])
            .current_dir(directory.path())
            .env_clear()
            .env("PATH", programs::m2m().parent().unwrap())
            .envs(account.environment());
        Run::of(command).ok();
        AdminFile::read(Path::new(directory.path())).unwrap()
    }
}
