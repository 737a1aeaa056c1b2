//! How the console looks, from options, settings, the terminal and the user's own files.

use std::env;

use super::own_files::Folders;
use crate::app::Restyle;
use crate::cli::Look;
use crate::config::Settings;
use crate::keymap::Keymap;
use crate::theme::{self, Background, Choice, ColorDepth, Theme};

/// What does not change while the console runs.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// Options count before settings.
    pub look: Look,
    pub depth: ColorDepth,
    /// What the terminal said about itself, where it was asked.
    pub background: Option<Background>,
    /// Where the user's own themes and keymaps lie.
    pub folders: Folders,
}

impl Appearance {
    /// Whether the theme depends on the terminal and nothing tells yet what that is.
    #[must_use]
    pub fn wants_background(&self, settings: &Settings) -> bool {
        self.choice(settings) == Choice::Auto && env::var_os("COLORFGBG").is_none()
    }

    /// The theme, as the terminal can show it; what is wrong with its file beside it.
    #[must_use]
    pub fn theme(&self, settings: &Settings) -> (Theme, Vec<String>) {
        let told = env::var("COLORFGBG").ok();
        let background = self.background.or_else(|| Background::detect(None, told.as_deref()));
        let choice = self.choice(settings);
        let (theme, problems) = self.folders.theme(choice.name(background));
        (theme::degrade(&theme, self.depth), problems.iter().map(ToString::to_string).collect())
    }

    /// The keymap; what is wrong with its file beside it.
    #[must_use]
    pub fn keymap(&self, settings: &Settings) -> (Keymap, Vec<String>) {
        let name = self.look.keymap.as_deref().or(settings.keymap.as_deref()).unwrap_or("default");
        let (keymap, problems) = self.folders.keymap(name);
        (keymap, problems.iter().map(ToString::to_string).collect())
    }

    /// What changed settings make of a console that runs.
    #[must_use]
    pub fn changes(&self, settings: &Settings, before: &Settings) -> Restyle {
        let mut restyle =
            Restyle { ceiling: settings.hourly_ceiling_usd, ascii: is_ascii(settings), ..Restyle::default() };
        if settings.theme != before.theme {
            let (theme, wrong) = self.theme(settings);
            restyle.theme = Some(Box::new(theme));
            restyle.warnings.extend(wrong);
        }
        if settings.keymap != before.keymap {
            let (keymap, wrong) = self.keymap(settings);
            restyle.keymap = Some(Box::new(keymap));
            restyle.warnings.extend(wrong);
        }
        restyle
    }

    fn choice(&self, settings: &Settings) -> Choice {
        Choice::new(self.look.theme.as_deref().or(settings.theme.as_deref()).unwrap_or(Choice::AUTO))
    }
}

/// Whether only ASCII is drawn, by the settings and the locale.
#[must_use]
pub fn is_ascii(settings: &Settings) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| env::var(name).ok());
    settings.ascii.is_on(locale.each_ref().map(Option::as_deref))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Ascii;

    fn appearance(theme: Option<&str>) -> Appearance {
        let look = Look { theme: theme.map(str::to_owned), keymap: None };
        let (depth, background) = (ColorDepth::TrueColor, Some(Background::Light));
        Appearance { look, depth, background, folders: Folders::default() }
    }

    fn settings(theme: Option<&str>) -> Settings {
        Settings { theme: theme.map(str::to_owned), ..Settings::default() }
    }

    #[test]
    fn options_count_before_settings_and_the_terminal_last() {
        assert_eq!(appearance(Some("dark")).theme(&settings(Some("high-contrast"))).0.name, "dark");
        assert_eq!(appearance(None).theme(&settings(Some("high-contrast"))).0.name, "high-contrast");
        assert_eq!(appearance(None).theme(&settings(None)).0.name, "light");
        assert!(!appearance(Some("dark")).wants_background(&settings(None)));
    }

    #[test]
    fn a_changed_setting_is_followed_and_a_chosen_theme_stays() {
        let before = settings(Some("dark"));
        let more = Settings { hourly_ceiling_usd: 3.0, ascii: Ascii::Always, ..before.clone() };
        let restyle = appearance(None).changes(&more, &before);
        assert_eq!((restyle.theme.is_none(), restyle.ceiling, restyle.ascii), (true, 3.0, true));
        let restyle = appearance(None).changes(&settings(Some("light")), &more);
        assert_eq!(restyle.theme.map(|theme| theme.name.clone()).as_deref(), Some("light"));
    }
}
