//! AWS IAM principals: roles and users, as people write them and as the gateway names a caller.

use std::fmt;

use crate::InvalidText;

/// How long a path may be, slashes included.
const MAX_PATH: usize = 512;

/// A role or a user of AWS IAM.
///
/// The caller that a gateway names is a session of a role, without the role's path. Names of roles are
/// unique in an account whatever their path, so a role is its partition, its account and its name. Users
/// are named with their path, and so are compared with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IamPrincipal {
    partition: String,
    account: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Role { name: String },
    User { path: String, name: String },
}

impl IamPrincipal {
    /// Reads the ARN of a role, `arn:{partition}:iam::{account}:role/{path/}{name}`, or of a user. There
    /// are no patterns.
    ///
    /// # Errors
    /// It is none of these.
    pub fn parse(arn: &str) -> Result<Self, InvalidText> {
        let refused = InvalidText {
            what: "an IAM principal",
            rule: "the exact ARN of a role or a user, like arn:aws:iam::123456789012:role/deploy, \
                   without wildcards",
        };
        let parts = Parts::of(arn).filter(|parts| parts.service == "iam");
        parts.and_then(Parts::role_or_user).ok_or(refused)
    }

    /// The principal behind a caller, as a gateway names it: a user by its ARN, a role as
    /// `arn:{partition}:sts::{account}:assumed-role/{name}/{session}`. None for anybody else: the root of
    /// an account, a federated user.
    pub fn of_caller(arn: &str) -> Option<Self> {
        let parts = Parts::of(arn)?;
        match parts.service {
            "iam" => parts
                .role_or_user()
                .filter(|principal| matches!(principal.kind, Kind::User { .. })),
            "sts" => parts.session(),
            _ => None,
        }
    }

    /// The account it belongs to.
    pub fn account(&self) -> &str {
        &self.account
    }
}

impl fmt::Display for IamPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partition, account, ..
        } = self;
        write!(f, "arn:{partition}:iam::{account}:")?;
        match &self.kind {
            Kind::Role { name } => write!(f, "role/{name}"),
            Kind::User { path, name } => write!(f, "user/{path}{name}"),
        }
    }
}

/// The parts of an ARN without a region.
struct Parts<'a> {
    partition: &'a str,
    service: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'a> Parts<'a> {
    fn of(arn: &'a str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let mut next = || parts.next();
        if next()? != "arn" {
            return None;
        }
        let (partition, service) = (next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        let is_partition = partition.starts_with("aws")
            && partition
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-');
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (is_partition && region.is_empty() && is_account).then_some(Self {
            partition,
            service,
            account,
            resource,
        })
    }

    fn role_or_user(self) -> Option<IamPrincipal> {
        let (kind, path_and_name) = self.resource.split_once('/')?;
        let (path, name) = match path_and_name.rfind('/') {
            Some(slash) => path_and_name.split_at(slash + 1),
            None => ("", path_and_name),
        };
        if !is_name(name) || !is_path(path) {
            return None;
        }
        let name = name.to_owned();
        match kind {
            "role" => Some(self.principal(Kind::Role { name })),
            "user" => {
                let path = path.to_owned();
                Some(self.principal(Kind::User { path, name }))
            }
            _ => None,
        }
    }

    fn session(self) -> Option<IamPrincipal> {
        let (name, session) = self
            .resource
            .strip_prefix("assumed-role/")?
            .split_once('/')?;
        let name = (is_name(name) && is_name(session)).then(|| name.to_owned())?;
        Some(self.principal(Kind::Role { name }))
    }

    fn principal(self, kind: Kind) -> IamPrincipal {
        IamPrincipal {
            partition: self.partition.to_owned(),
            account: self.account.to_owned(),
            kind,
        }
    }
}

/// The grammar of the names of roles, users and sessions: 1 to 64 of `[\w+=,.@-]`.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

/// The grammar of a path without its first slash: empty, or printable ASCII that ends in a slash. What
/// would be a pattern in a policy is refused, since here it would match nothing.
fn is_path(text: &str) -> bool {
    text.len() < MAX_PATH
        && (text.is_empty() || text.ends_with('/'))
        && text
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'*' && b != b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, caller: &str, same: bool) {
        let written = IamPrincipal::parse(written).unwrap();
        assert_eq!(IamPrincipal::of_caller(caller) == Some(written), same);
    }

    #[test]
    fn a_session_is_its_role_whatever_the_roles_path() {
        let session = "arn:aws:sts::123456789012:assumed-role/deploy/ci@run-7";
        check("arn:aws:iam::123456789012:role/deploy", session, true);
        check("arn:aws:iam::123456789012:role/ci/eu/deploy", session, true);
        check("arn:aws:iam::123456789013:role/deploy", session, false);
        check("arn:aws:iam::123456789012:role/Deploy", session, false);
        check("arn:aws-cn:iam::123456789012:role/deploy", session, false);
        check("arn:aws:iam::123456789012:user/deploy", session, false);
    }

    #[test]
    fn a_user_is_its_exact_arn() {
        let user = "arn:aws:iam::123456789012:user/ops/ada";
        check(user, user, true);
        check("arn:aws:iam::123456789012:user/ada", user, false);
    }

    #[test]
    fn patterns_and_other_arns_are_refused() {
        for arn in [
            "",
            "deploy",
            "arn:aws:iam::123456789012:role/*",
            "arn:aws:iam::123456789012:role/ci*/deploy",
            "arn:aws:iam::*:role/deploy",
            "arn:*:iam::123456789012:role/deploy",
            "arn:aws:iam::12345678901:role/deploy",
            "arn:aws:iam::1234567890123:role/deploy",
            "arn:aws:iam:eu-west-1:123456789012:role/deploy",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:group/ops",
            "arn:aws:sts::123456789012:assumed-role/deploy/session",
            " arn:aws:iam::123456789012:role/deploy",
        ] {
            assert!(IamPrincipal::parse(arn).is_err(), "{arn}");
        }
    }

    #[test]
    fn nobody_else_is_a_caller() {
        for arn in [
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:role/deploy",
            "arn:aws:sts::123456789012:federated-user/ada",
            "arn:aws:sts::123456789012:assumed-role/deploy",
            "arn:aws:sts::123456789012:assumed-role/deploy/",
            "arn:aws:sts::123456789012:assumed-role/deploy/a/b",
            "arn:aws:sts::123456789012:assumed-role//session",
        ] {
            assert_eq!(IamPrincipal::of_caller(arn), None, "{arn}");
        }
    }

    #[test]
    fn it_is_shown_as_people_write_it() {
        for arn in [
            "arn:aws:iam::123456789012:role/deploy",
            "arn:aws-us-gov:iam::123456789012:user/ops/ada",
        ] {
            assert_eq!(IamPrincipal::parse(arn).unwrap().to_string(), arn);
        }
    }
}
