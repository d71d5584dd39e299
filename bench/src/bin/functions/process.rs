//! What Linux tells of the process of a function.

use std::fs;

use m2m_lambda_emulator::Function;

use crate::Outcome;

/// How many mebibytes it had in memory at most.
pub(crate) fn peak_mebibytes(function: &Function) -> Outcome<f64> {
    let status = fs::read_to_string(directory(function)? + "/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the system does not tell the peak of memory")?;
    Ok(peak.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// How much processor time its threads have had.
pub(crate) fn cpu_microseconds(function: &Function) -> Outcome<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(directory(function)? + "/task")? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        let running = statistics.split_whitespace().next();
        nanoseconds += running
            .ok_or("the system does not tell the processor time")?
            .parse::<f64>()?;
    }
    Ok(nanoseconds / 1000.0)
}

fn directory(function: &Function) -> Outcome<String> {
    let id = function.process_id().ok_or("the function has ended")?;
    Ok(format!("/proc/{id}"))
}
