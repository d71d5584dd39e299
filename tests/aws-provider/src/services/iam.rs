//! IAM: roles and their own policies.

use async_trait::async_trait;
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use tfplugin::Object;

use super::between;
use crate::aws::{Aws, Failure};
use crate::json::{Attributes, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "aws_iam_role",
        replaced_by: &["name", "name_prefix", "path"],
        calls: &Role,
    },
    Kind {
        name: "aws_iam_role_policy",
        replaced_by: &["name", "name_prefix", "role"],
        calls: &RolePolicy,
    },
];

const VERSION: &str = "2010-05-08";

async fn call(aws: &Aws, action: &str, parameters: &[(&str, &str)]) -> Result<String, Failure> {
    aws.query("iam", VERSION, action, parameters).await
}

/// A policy that is not what is stored; policies are equal if their JSON is.
fn changed_policy(attribute: &str, state: &Object, answer: &str, element: &str) -> Object {
    let escaped = between(answer, &format!("<{element}>"), &format!("</{element}>"));
    let policy = percent_decode_str(escaped).decode_utf8_lossy();
    let policy = policy.replace("&quot;", "\"").replace("&amp;", "&");
    let parsed = |text: &str| serde_json::from_str::<Json>(text).ok();
    if parsed(&policy) == parsed(state.text(attribute)) {
        return Object::new();
    }
    texts([(attribute, &policy)])
}

struct Role;

#[async_trait]
impl Calls for Role {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let name = wanted.text("name");
        let path = match wanted.text("path") {
            "" => "/",
            path => path,
        };
        let document = wanted.text("assume_role_policy");
        let parameters = [
            ("RoleName", name),
            ("Path", path),
            ("AssumeRolePolicyDocument", document),
        ];
        let answer = call(aws, "CreateRole", &parameters).await?;
        Ok(texts([
            ("arn", between(&answer, "<Arn>", "</Arn>")),
            (
                "create_date",
                between(&answer, "<CreateDate>", "</CreateDate>"),
            ),
            ("id", name),
            ("unique_id", between(&answer, "<RoleId>", "</RoleId>")),
        ]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let answer = call(aws, "GetRole", &[("RoleName", state.text("id"))]).await?;
        Ok(changed_policy(
            "assume_role_policy",
            state,
            &answer,
            "AssumeRolePolicyDocument",
        ))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        let document = wanted.text("assume_role_policy");
        let parameters = [
            ("RoleName", wanted.text("id")),
            ("PolicyDocument", document),
        ];
        call(aws, "UpdateAssumeRolePolicy", &parameters).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        call(aws, "DeleteRole", &[("RoleName", state.text("id"))])
            .await
            .map(drop)
    }
}

struct RolePolicy;

/// The role and the name of a policy.
fn named(policy: &Object) -> [(&str, &str); 2] {
    [
        ("RoleName", policy.text("role")),
        ("PolicyName", policy.text("name")),
    ]
}

#[async_trait]
impl Calls for RolePolicy {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let [role, name] = named(wanted);
        call(
            aws,
            "PutRolePolicy",
            &[role, name, ("PolicyDocument", wanted.text("policy"))],
        )
        .await?;
        Ok(texts([("id", &format!("{}:{}", role.1, name.1))]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let answer = call(aws, "GetRolePolicy", &named(state)).await?;
        Ok(changed_policy("policy", state, &answer, "PolicyDocument"))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        self.create(aws, wanted).await
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        call(aws, "DeleteRolePolicy", &named(state)).await.map(drop)
    }
}
