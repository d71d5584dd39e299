//! In which region the gateway is: a signature names it.

use m2m_client::SigningError;

/// The region in the gateway's own name, `{api}.execute-api.{region}.amazonaws.com`; a domain of one's own
/// tells none.
pub(crate) fn of_endpoint(endpoint: &str) -> Option<&str> {
    let host = endpoint.strip_prefix("https://")?;
    let (_, rest) = host.split_once(".execute-api.")?;
    let (region, domain) = rest.split_once('.')?;
    let is_aws = domain == "amazonaws.com" || domain == "amazonaws.com.cn";
    is_aws.then_some(region)
}

pub(crate) fn missing() -> SigningError {
    SigningError(
        "the region of the service's API Gateway is not known: the endpoint does not tell it, so set the \
         region beside aws_iam, AWS_REGION, or a region in the AWS profile"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_gateways_own_name_tells_the_region() {
        for (endpoint, region) in [
            (
                "https://a1b2c3.execute-api.eu-central-1.amazonaws.com",
                Some("eu-central-1"),
            ),
            (
                "https://a1b2c3.execute-api.cn-north-1.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            ("https://auth.example.com", None),
            ("https://a.execute-api.eu-central-1.example.com", None),
            ("https://execute-api.eu-central-1.amazonaws.com", None),
        ] {
            assert_eq!(of_endpoint(endpoint), region, "{endpoint}");
        }
    }
}
