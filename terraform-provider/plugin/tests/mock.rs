//! The life of resources of the mock provider, with the real Terraform.

mod common;

use std::path::Path;

use common::{Workspace, terraform_is_here};

const HEAD: &str = r#"
terraform {
  required_providers {
    tfcoremock = { source = "hashicorp/tfcoremock" }
  }
}
"#;

fn workspace(configuration: &str) -> Option<Workspace> {
    if !terraform_is_here() {
        return None;
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_tfcoremock"));
    let text = format!("{HEAD}{configuration}");
    Some(Workspace::new("hashicorp/tfcoremock", binary, &text))
}

#[test]
fn a_resource_lives_drifts_is_imported_and_dies() {
    let Some(tf) = workspace(
        r#"
resource "tfcoremock_complex_resource" "it" {
  id      = "one"
  string  = "text"
  number  = 123456789012345678901234567890
  float   = 3.14
  integer = 42
  list    = [{ string = "a" }, { set = [{ number = 1 }, { number = 2 }] }]
  map     = { k = { object = { bool = true } } }
  list_block { string = "b" }
  set_block { list = [{ integer = 7 }] }
}
"#,
    ) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["validate", "-no-color"]);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
    assert!(
        tf.read("terraform.tfstate")
            .contains("123456789012345678901234567890")
    );

    let file = "terraform.resource/one.json";
    let stored = tf.read(file);
    tf.write(file, &stored.replace("\"text\"", "\"changed outside\""));
    let drifted = tf.run(&["plan", "-no-color", "-detailed-exitcode"]);
    assert_eq!(drifted.code, 2, "{}", drifted.text);
    assert!(
        drifted.text.contains(r#""changed outside" -> "text""#),
        "{}",
        drifted.text
    );
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();

    std::fs::remove_file(tf.path().join(file)).unwrap();
    let gone = tf.run(&["plan", "-no-color", "-detailed-exitcode"]);
    assert!(
        gone.text.contains("1 to add, 0 to change, 0 to destroy"),
        "{}",
        gone.text
    );
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);

    tf.succeed(&["state", "rm", "tfcoremock_complex_resource.it"]);
    tf.succeed(&[
        "import",
        "-no-color",
        "tfcoremock_complex_resource.it",
        "one",
    ]);
    tf.nothing_to_do();
    tf.succeed(&["destroy", "-auto-approve", "-no-color"]);
    assert!(!tf.path().join("terraform.resource").exists());
}

#[test]
fn an_import_block_generates_a_configuration_that_plans_empty() {
    let import = r#"
import {
  to = tfcoremock_simple_resource.it
  id = "one"
}
"#;
    let Some(tf) = workspace(import) else { return };
    std::fs::create_dir(tf.path().join("terraform.resource")).unwrap();
    tf.write(
        "terraform.resource/one.json",
        r#"{"values":{"id":{"string":"one"},"string":{"string":"s"},"bool":{"boolean":false}}}"#,
    );
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["plan", "-no-color", "-generate-config-out=generated.tf"]);
    assert!(tf.read("generated.tf").contains(r#""s""#));
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
}

#[test]
fn dynamic_types_have_every_property() {
    let Some(tf) = workspace(
        r#"
resource "tfcoremock_dynamic" "it" {
  id     = "one"
  nested = [{ name = "n" }]
  rule { port = 1 }
  rule { port = 2 }
}
data "tfcoremock_dynamic" "it" {
  id = "d"
}
output "nested" {
  value = tfcoremock_dynamic.it.nested[0].made
}
output "given" {
  value = data.tfcoremock_dynamic.it.flat.a
}
output "rules" {
  value = join(",", [for rule in data.tfcoremock_dynamic.it.rule : rule.port])
}
"#,
    ) else {
        return;
    };
    tf.write(
        "dynamic_resources.json",
        r#"{"tfcoremock_dynamic": {
          "attributes": {
            "made": {"type": "map", "computed": true, "map": {"type": "number"},
                     "value": {"map": {"k": {"number": "1.5"}}}},
            "nothing": {"type": "string", "computed": true},
            "hidden": {"type": "string", "optional": true, "computed": true, "sensitive": true,
                       "value": {"string": "hush"}},
            "flat": {"type": "object", "optional": true, "skip_nested_metadata": true,
                     "object": {"a": {"type": "integer", "optional": true}}},
            "nested": {"type": "list", "optional": true, "list": {"type": "object", "object": {
              "name": {"type": "string", "required": true, "replace": true},
              "made": {"type": "string", "computed": true, "value": {"string": "made"}}}}}
          },
          "blocks": {"rule": {"mode": "set", "attributes": {
            "port": {"type": "integer", "required": true},
            "label": {"type": "string", "computed": true, "value": {"string": "label"}}}}}
        }}"#,
    );
    std::fs::create_dir(tf.path().join("terraform.data")).unwrap();
    tf.write(
        "terraform.data/d.json",
        r#"{"values":{"id":{"string":"d"},"flat":{"object":{"a":{"number":"7"}}},
            "rule":{"set":[{"object":{"port":{"number":"1"}}}]}}}"#,
    );
    tf.succeed(&["init", "-no-color"]);
    let applied = tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    assert!(!applied.contains("hush"), "{applied}");
    for output in [r#"nested = "made""#, "given = 7", r#"rules = "1""#] {
        assert!(applied.contains(output), "{output}\n{applied}");
    }
    tf.nothing_to_do();
    let configuration = tf.read("main.tf").replace(r#"name = "n""#, r#"name = "m""#);
    tf.write("main.tf", &configuration);
    let plan = tf.succeed(&["plan", "-no-color"]);
    assert!(plan.contains("# forces replacement"), "{plan}");
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
}

#[test]
fn sets_in_sets_with_computed_values_come_to_rest() {
    let rules = |note: &str| {
        format!(
            "{HEAD}
resource \"tfcoremock_rules\" \"it\" {{
  id = \"one\"
  rules = [
    {{ name = \"a\", ports = [{{ port = 80 }}, {{ port = 81, label = \"web\" }}] }},
    {{ name = \"b\", ports = [], note = \"{note}\" }},
  ]
  group {{
    name = \"g\"
    rule {{ port = 1 }}
    rule {{ port = 2 }}
  }}
  group {{ name = \"{note}\" }}
}}
"
        )
    };
    let Some(tf) = workspace("") else { return };
    tf.write("main.tf", &rules("first"));
    tf.write(
        "dynamic_resources.json",
        r#"{"tfcoremock_rules": {
          "attributes": {"rules": {"type": "set", "optional": true, "set": {"type": "object", "object": {
            "name": {"type": "string", "required": true},
            "note": {"type": "string", "optional": true},
            "made": {"type": "set", "computed": true, "set": {"type": "string"},
                     "value": {"set": [{"string": "made"}]}},
            "ports": {"type": "set", "optional": true, "set": {"type": "object", "object": {
              "port": {"type": "integer", "required": true},
              "label": {"type": "string", "optional": true, "computed": true,
                        "value": {"string": "label"}},
              "made": {"type": "string", "computed": true, "value": {"string": "made"}}}}}}}}},
          "blocks": {"group": {"mode": "set",
            "attributes": {"name": {"type": "string", "required": true}},
            "blocks": {"rule": {"mode": "set", "attributes": {
              "port": {"type": "integer", "required": true},
              "made": {"type": "string", "computed": true, "value": {"string": "made"}}}}}}}
        }}"#,
    );
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
    tf.write("main.tf", &rules("second"));
    let plan = tf.succeed(&["plan", "-no-color"]);
    assert!(plan.contains("(1 unchanged element hidden)"), "{plan}");
    assert!(plan.contains("(1 unchanged block hidden)"), "{plan}");
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
}

#[test]
fn failures_that_were_asked_for_keep_the_state() {
    let configuration = |fail: &str, text: &str| {
        format!(
            "{HEAD}
provider \"tfcoremock\" {{
  resource_directory = \"elsewhere\"
  {fail} = [\"one\"]
}}
resource \"tfcoremock_simple_resource\" \"it\" {{
  id     = \"one\"
  string = \"{text}\"
}}
"
        )
    };
    let Some(tf) = workspace("") else { return };
    let fails = |fail: &str, text: &str, command: &str| {
        tf.write("main.tf", &configuration(fail, text));
        let run = tf.run(&[command, "-auto-approve", "-no-color"]);
        assert_eq!(run.code, 1, "{}", run.text);
        assert!(run.text.contains("forced failure"), "{}", run.text);
    };
    tf.write("main.tf", &configuration("fail_on_create", "a"));
    tf.succeed(&["init", "-no-color"]);
    fails("fail_on_create", "a", "apply");
    assert!(!tf.path().join("elsewhere/one.json").exists());
    tf.write("main.tf", &configuration("fail_on_update", "a"));
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    fails("fail_on_update", "b", "apply");
    fails("fail_on_read", "b", "apply");
    fails("fail_on_delete", "a", "destroy");
    assert!(tf.read("terraform.tfstate").contains(r#""string": "a""#));
    tf.write("main.tf", &configuration("defer_changes", "b"));
    let run = tf.run(&["apply", "-auto-approve", "-no-color"]);
    assert!(
        run.text.contains("Invalid resource deferral"),
        "{}",
        run.text
    );
}

#[test]
fn the_state_alone_can_hold_everything() {
    let Some(tf) = workspace(
        r#"
provider "tfcoremock" {
  use_only_state = true
}
resource "tfcoremock_simple_resource" "it" {
  string = "s"
}
"#,
    ) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
    assert!(!tf.path().join("terraform.resource").exists());
    tf.succeed(&["destroy", "-auto-approve", "-no-color"]);
}

#[test]
fn a_wrong_definition_is_said_to_be_the_users() {
    let Some(tf) = workspace("") else { return };
    tf.write(
        "dynamic_resources.json",
        r#"{"tfcoremock_x":{"attributes":{"a":{"type":"str"}}}}"#,
    );
    tf.write(
        "main.tf",
        &format!("{HEAD}resource \"tfcoremock_simple_resource\" \"it\" {{}}\n"),
    );
    tf.succeed(&["init", "-no-color"]);
    let run = tf.run(&["plan", "-no-color"]);
    let words = run.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("The dynamic resources cannot be read"),
        "{words}"
    );
    assert!(words.contains("tfcoremock_x.a: unknown type"), "{words}");
}

#[test]
fn a_refresh_of_numbers_has_nothing_to_record() {
    let Some(tf) = workspace(
        r#"
resource "tfcoremock_simple_resource" "it" {
  integer = 3
  float   = 0.5
  number  = 1234567890123456789012345678901234567890
}
"#,
    ) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    let refreshed = tf.run(&["plan", "-no-color", "-refresh-only", "-detailed-exitcode"]);
    assert_eq!(refreshed.code, 0, "{}", refreshed.text);
}
