//! Ctrl-C ends a run that waits for the service, and the state stays.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use crate::service::Service;
use crate::terraform::{Terraform, one_line};

#[test]
fn ctrl_c_does_not_wait_for_the_service() {
    let mut service = Service::start();
    let one = r#"
        provider "m2m" { request_timeout = 600 }
        resource "m2m_oauth_client" "a" { name = "billing" }"#;
    let Some(terraform) = Terraform::new(one, service.environment()) else {
        return;
    };
    terraform.apply().ok();
    let state = terraform.state();
    service.stop();
    let silence = TcpListener::bind(service.address()).unwrap();

    let mut command = terraform.command(&["plan"]);
    let mut plan = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The provider waits for an answer from here on.
    let _connection: TcpStream = silence.accept().unwrap().0;
    interrupt(plan.id());
    let mut said = String::new();
    let (mut out, mut error) = (plan.stdout.take().unwrap(), plan.stderr.take().unwrap());
    out.read_to_string(&mut said).unwrap();
    error.read_to_string(&mut said).unwrap();
    assert!(!plan.wait().unwrap().success());
    let said = one_line(&said);
    assert!(said.contains("Error: Interrupted"), "{said}");
    assert_eq!(terraform.state(), state);
}

fn interrupt(pid: u32) {
    let status = Command::new("kill")
        .args(["-INT", &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}
