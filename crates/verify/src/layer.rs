//! In front of a service: a `tower` layer.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Extensions, HeaderValue, Request, Response, Uri};
use tower::{Layer, Service};
use url::Url;

use crate::error::Refusal;
use crate::request::RequestContext;
use crate::verified::Verified;
use crate::verifier::Verifier;

/// The certificate, in DER, that the client showed to the TLS of this server. Whoever accepts connections puts it into a
/// request's extensions; the layer finds it there.
#[derive(Debug, Clone)]
pub struct PeerCertificate(pub Arc<[u8]>);

/// Lets through what carries a good token, with its [`Verified`] claims in the request's extensions, and answers everything
/// else: 400, 401, 403 with `WWW-Authenticate`, or 503 with `Retry-After`. Answers have no body.
///
/// DPoP proofs are for the URL that the client wrote. Its origin is that of the audience, if that is an http URL, or
/// [`VerifyLayer::origin`]; the header `Host` is not believed. The path is the request's own, or, within a router that
/// takes prefixes away, that of [`VerifyLayer::original_uri`].
#[derive(Clone)]
pub struct VerifyLayer(Arc<Front>);

#[derive(Clone)]
struct Front {
    verifier: Verifier,
    scopes: BTreeSet<String>,
    origin: Option<String>,
    resource_metadata: Option<String>,
    original_uri: Option<OriginalUri>,
}

/// Finds the URI that the client asked for.
type OriginalUri = fn(&Extensions) -> Option<&Uri>;

impl VerifyLayer {
    /// In front of everything that the verifier's audience stands for.
    pub fn new(verifier: Verifier) -> Self {
        let audience = Url::parse(verifier.audience()).ok();
        let origin = audience.filter(|url| ["http", "https"].contains(&url.scheme()));
        Self(Arc::new(Front {
            origin: origin.map(|url| url.origin().ascii_serialization()),
            scopes: BTreeSet::new(),
            resource_metadata: None,
            original_uri: None,
            verifier,
        }))
    }

    /// Demands a scope, beside those that the verifier demands of every token.
    #[must_use]
    pub fn requiring(self, scope: impl Into<String>) -> Self {
        self.with(|front| {
            front.scopes.insert(scope.into());
        })
    }

    /// The origin under which clients reach this server, such as `https://api.example.com`.
    #[must_use]
    pub fn origin(self, origin: &Url) -> Self {
        self.with(|front| front.origin = Some(origin.origin().ascii_serialization()))
    }

    /// The URL of this resource server's own metadata (RFC 9728), which challenges then name.
    #[must_use]
    pub fn resource_metadata(self, url: &Url) -> Self {
        // As a URL is written, it has neither quotes nor backslashes.
        self.with(|front| front.resource_metadata = Some(url.to_string()))
    }

    /// Where a router that takes prefixes away, as axum's `Router::nest` does, leaves the URI that the client asked for;
    /// without one there the request's own counts.
    ///
    /// ```
    /// # fn nested(layer: m2m_verify::VerifyLayer) -> m2m_verify::VerifyLayer {
    /// use axum::extract::OriginalUri;
    ///
    /// layer.original_uri(|extensions| extensions.get::<OriginalUri>().map(|original| &original.0))
    /// # }
    /// ```
    #[must_use]
    pub fn original_uri(self, find: fn(&Extensions) -> Option<&Uri>) -> Self {
        self.with(|front| front.original_uri = Some(find))
    }

    fn with(mut self, change: impl FnOnce(&mut Front)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = VerifyService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        VerifyService {
            front: Arc::clone(&self.0),
            inner,
        }
    }
}

/// What [`VerifyLayer`] makes of a service.
#[derive(Clone)]
pub struct VerifyService<S> {
    front: Arc<Front>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for VerifyService<S>
where
    S: Service<Request<B>, Response = Response<R>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: Default,
{
    type Response = Response<R>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let front = Arc::clone(&self.front);
        // The one that is ready answers; a clone of it gets ready for the next request.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match front.verify(&parts).await {
                Ok(verified) => {
                    parts.extensions.insert(verified);
                    inner.call(Request::from_parts(parts, body)).await
                }
                Err(refusal) => Ok(front.answer(&refusal)),
            }
        })
    }
}

impl Front {
    async fn verify(&self, parts: &http::request::Parts) -> Result<Verified, Refusal> {
        let origin = self.origin.as_deref().unwrap_or_default();
        let original = self.original_uri.and_then(|find| find(&parts.extensions));
        let url = format!("{origin}{}", original.unwrap_or(&parts.uri).path());
        let (token, mut context) =
            RequestContext::from_headers(&parts.headers, parts.method.as_str(), &url)?;
        if let Some(PeerCertificate(der)) = parts.extensions.get() {
            context = context.with_certificate(der);
        }
        let verified = self.verifier.verify(token, &context).await?;
        for scope in &self.scopes {
            verified.require(scope)?;
        }
        Ok(verified)
    }

    fn answer<R: Default>(&self, refusal: &Refusal) -> Response<R> {
        let mut response = Response::new(R::default());
        *response.status_mut() = refusal.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for challenge in refusal.challenges(self.resource_metadata.as_deref()) {
            if let Ok(challenge) = HeaderValue::try_from(challenge) {
                headers.append(WWW_AUTHENTICATE, challenge);
            }
        }
        if let Some(seconds) = refusal.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
