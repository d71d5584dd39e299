//! Fetches keys and metadata that others publish under URLs which clients are registered with.
//!
//! Whoever registers such a URL must not be able to make this service talk to what only it can reach: to its own
//! network, its machine, the metadata endpoint of its cloud (OWASP calls it SSRF). So it is https only, to public
//! addresses only, which are checked where the name is resolved for the connection, follows no redirect and uses no
//! proxy; and it is bounded in size, time and number.

mod address;
mod fetcher;
mod resolver;
mod target;
mod turns;

pub use address::Reach;
pub use fetcher::Fetcher;
