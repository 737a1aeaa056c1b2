//! What is copied of a log.

use super::rows;
use crate::domain::text::quoted;
use crate::screens::State as App;
use crate::screens::command::Command;
use crate::screens::menu::{Item, Menu, Purpose};

/// The menu that `y` opens.
#[must_use]
pub fn copy_menu(app: &App) -> Option<Menu> {
    let open = app.views.logs()?;
    let source = &open.source;
    let previous = if source.previous { " --previous" } else { "" };
    let (namespace, pod, container) = (quoted(&source.namespace), quoted(&source.pod), quoted(&source.container));
    let kubectl = format!("kubectl -n {namespace} logs {pod} -c {container} --tail=1000 --timestamps{previous}");
    let (form, height) = rows::form(app, open);
    let top = rows::top(&app.log, open, form, height);
    let seen = (top..).map_while(|at| app.log.matched.line(&app.log.tail, at)).take(height);
    let seen: Vec<&str> = seen.map(|line| &*line.text).collect();
    let texts = [
        ("pod", source.pod.to_string(), source.pod.to_string()),
        ("container", source.container.to_string(), source.container.to_string()),
        ("kubectl", kubectl.clone(), kubectl),
        ("lines", format!("the {} lines in view", seen.len()), seen.join("\n")),
    ];
    let item = |(label, detail, text): (&str, String, String)| Item {
        label: label.into(),
        detail,
        checked: None,
        command: Command::Copy(text),
    };
    let items = texts.into_iter().filter(|(.., text)| !text.is_empty()).map(item).collect();
    Some(Menu::new(Purpose::Copy, "Copy", items, 0))
}
