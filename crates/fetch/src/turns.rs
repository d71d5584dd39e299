//! How many fetches there are at a time.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use m2m_jose::FetchFailed;

/// How many fetches there are at a time.
const AT_A_TIME: usize = 64;
/// How many of them go to one host: who answers slowly must not keep others from their keys.
const TO_ONE_HOST: usize = 8;

/// The fetches under way, by host.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<HashMap<String, usize>>);

/// One of them.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    host: String,
}

impl Turns {
    /// Takes a turn at once, or says that nothing was tried.
    pub(crate) fn take(&self, host: &str) -> Result<Turn<'_>, FetchFailed> {
        let mut hosts = self.lock();
        let all: usize = hosts.values().sum();
        let here = hosts.get(host).copied();
        if all >= AT_A_TIME || here.is_some_and(|here| here >= TO_ONE_HOST) {
            return Err(FetchFailed::NotTried(format!(
                "too many fetches at once, {all} in all"
            )));
        }
        *hosts.entry(host.to_owned()).or_default() += 1;
        Ok(Turn {
            turns: self,
            host: host.to_owned(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut hosts = self.turns.lock();
        if let Some(here) = hosts.get_mut(&self.host) {
            *here -= 1;
            if *here == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h21_a_slow_host_leaves_turns_for_others() {
        let turns = Turns::default();
        let mut slow: Vec<_> = (0..TO_ONE_HOST)
            .map(|_| turns.take("slow").unwrap())
            .collect();
        assert!(matches!(turns.take("slow"), Err(FetchFailed::NotTried(_))));
        drop(turns.take("other").unwrap());
        slow.pop();
        assert!(turns.take("slow").is_ok());
    }

    #[test]
    fn h21_there_are_so_many_fetches_and_no_more() {
        let turns = Turns::default();
        let host = |n: usize| (n / TO_ONE_HOST).to_string();
        let all: Vec<_> = (0..AT_A_TIME)
            .map(|n| turns.take(&host(n)).unwrap())
            .collect();
        assert!(turns.take("other").is_err());
        drop(all);
        assert!(turns.lock().is_empty(), "nothing is remembered");
    }
}
