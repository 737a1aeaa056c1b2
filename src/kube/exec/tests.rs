use std::collections::HashMap;

use super::*;

fn shell(script: &str) -> ExecConfig {
    ExecConfig {
        api_version: Some("client.authentication.k8s.io/v1".into()),
        command: Some("/bin/sh".into()),
        args: Some(vec!["-c".into(), script.into()]),
        env: Some(vec![HashMap::from([("name".into(), "GREETING".into()), ("value".into(), "hello".into())])]),
        ..ExecConfig::default()
    }
}

async fn fault(script: &str) -> Fault {
    tokens(shell(script), "shop").token().await.unwrap_err()
}

#[tokio::test]
async fn what_it_prints_is_the_token() {
    let script = r#"printf '{"kind":"ExecCredential","status":{"token":"%s"}}' "$GREETING""#;
    let token = tokens(shell(script), "shop").token().await.unwrap();
    assert_eq!(token.header().to_str().unwrap(), "Bearer hello");
}

/// It has neither our terminal nor our input, and knows that.
#[tokio::test]
async fn it_is_apart_from_our_terminal() {
    let script = r#"exec 2>&1; if (: < /dev/tty) 2>/dev/null; then echo tty; fi
        if read -r line; then echo input; fi; echo "$KUBERNETES_EXEC_INFO"; exit 3"#;
    let printed = run(&shell(&format!("({script}) >&2; exit 3")), LONGEST).await.unwrap_err();
    assert_eq!(
        printed.trim(),
        "ended with exit code 3: {\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\
         \"spec\":{\"interactive\":false}}"
    );
}

#[tokio::test]
async fn why_it_gives_none_is_told_without_what_it_printed() {
    for (script, message) in [
        ("echo not allowed >&2; echo secret; exit 1", "ended with exit code 1: not allowed"),
        ("echo secret", "printed no ExecCredential in JSON"),
        ("echo '{}'", "printed an ExecCredential without a status"),
        ("echo '{\"status\":{}}'", "printed an ExecCredential without a token"),
        (
            "echo '{\"status\":{\"clientCertificateData\":\"secret\"}}'",
            "gives a client certificate, and only tokens can be used here",
        ),
        (
            "echo '{\"status\":{\"token\":\"secret\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}}'",
            "printed a token that is over already",
        ),
    ] {
        let fault = fault(script).await;
        assert_eq!(fault.message, format!("the kubeconfig's command /bin/sh {message}"));
        assert_eq!((fault.call.as_str(), fault.word()), ("k8s: token for shop", "no usable credentials"));
        assert!(!format!("{fault:?}").contains("secret"));
    }
    let missing = ExecConfig { install_hint: Some("install foo".into()), ..ExecConfig::default() };
    let fault = tokens(ExecConfig { command: Some("/no/such".into()), ..missing }, "shop").token().await.unwrap_err();
    assert_eq!(fault.advice(), "run /no/such by hand and see what it says; install foo");
    assert!(fault.message.starts_with("the kubeconfig's command /no/such cannot be started:"), "{}", fault.message);
}

#[tokio::test]
async fn it_has_a_time_limit() {
    let script = shell("sleep 60");
    let ended = run(&script, Duration::from_millis(50)).await;
    assert_eq!(ended.unwrap_err(), "gave nothing within 0 s and was ended");
}

#[test]
fn a_token_is_renewed_before_its_end() {
    let now: Timestamp = "2026-11-30T08:00:00Z".parse().unwrap();
    let until = |expiry: &str| {
        read(format!(r#"{{"status":{{"token":"t"{expiry}}}}}"#).as_bytes(), now).unwrap().until().to_string()
    };
    assert_eq!(until(r#","expirationTimestamp":"2026-11-30T08:14:00Z""#), "2026-11-30T08:13:30Z");
    assert_eq!(until(""), "2026-11-30T08:10:00Z");
}
