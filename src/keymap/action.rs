//! What a key can be bound to.

use serde::{Deserialize, Serialize};

use super::group::ActionGroup;

/// One list for the enum, its names in keymap files, its help and `ALL`; `[Group]` is what those below it are for.
macro_rules! actions {
    ($([$group:ident] $($variant:ident = $name:tt, $help:tt;)*)*) => {
        /// What a key can be bound to; `snake_case` in keymap files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Action {
            $($(#[doc = $help] #[serde(rename = $name)] $variant,)*)*
        }

        impl Action {
            /// Every action, in the order of the help.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)*)*];

            /// The name in keymap files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $($(Self::$variant => $name,)*)*
                }
            }

            /// What it is for: the help puts it there.
            #[must_use]
            pub fn group(self) -> ActionGroup {
                match self {
                    $($(Self::$variant => ActionGroup::$group,)*)*
                }
            }

            /// A few words for hints and help.
            #[must_use]
            pub fn describe(self) -> &'static str {
                match self {
                    $($(Self::$variant => $help,)*)*
                }
            }
        }
    };
}

actions! {
    [Go]
    Open = "open", "open";
    Back = "back", "back";
    NextPane = "next_pane", "next pane";
    PreviousPane = "previous_pane", "previous pane";
    [Move]
    Down = "down", "down";
    Up = "up", "up";
    Top = "top", "first";
    Bottom = "bottom", "last";
    HalfPageDown = "half_page_down", "half a page down";
    HalfPageUp = "half_page_up", "half a page up";
    PageDown = "page_down", "a page down";
    PageUp = "page_up", "a page up";
    Left = "left", "left";
    Right = "right", "right";
    [Look]
    Toggle = "toggle", "switch on or off";
    Filter = "filter", "filter";
    Sort = "sort", "sort by a column";
    SortReverse = "sort_reverse", "reverse the order";
    Columns = "columns", "choose columns";
    ToggleDensity = "toggle_density", "denser or roomier";
    Group = "group", "group by something else";
    Follow = "follow", "follow the end";
    PreviousRun = "previous_run", "the run before";
    Wrap = "wrap", "wrap long lines";
    [Go]
    Fleet = "fleet", "fleet";
    NextFinding = "next_finding", "next finding";
    PreviousFinding = "previous_finding", "previous finding";
    FindingStart = "finding_start", "to the beginning of the finding";
    Details = "details", "all that is known of it";
    Databases = "databases", "databases";
    Clusters = "clusters", "clusters";
    Workloads = "workloads", "workloads";
    Pools = "pools", "node pools";
    Logs = "logs", "logs";
    Alarms = "alarms", "alarms";
    Secrets = "secrets", "secrets";
    Audit = "audit", "audit";
    Environments = "environments", "choose an environment";
    AllEnvironments = "all_environments", "all environments";
    NextEnvironment = "next_environment", "next environment";
    PreviousEnvironment = "previous_environment", "previous environment";
    Environment1 = "environment_1", "environment 1";
    Environment2 = "environment_2", "environment 2";
    Environment3 = "environment_3", "environment 3";
    Environment4 = "environment_4", "environment 4";
    Environment5 = "environment_5", "environment 5";
    Environment6 = "environment_6", "environment 6";
    Environment7 = "environment_7", "environment 7";
    Environment8 = "environment_8", "environment 8";
    Environment9 = "environment_9", "environment 9";
    [Time]
    TimeRange = "time_range", "choose a time range";
    PanBack = "pan_back", "earlier";
    PanForward = "pan_forward", "later";
    ZoomIn = "zoom_in", "a shorter range";
    ZoomOut = "zoom_out", "a longer range";
    CursorLeft = "cursor_left", "cursor to the left";
    CursorRight = "cursor_right", "cursor to the right";
    CursorLeftTen = "cursor_left_ten", "cursor ten to the left";
    CursorRightTen = "cursor_right_ten", "cursor ten to the right";
    CursorClear = "cursor_clear", "cursor away";
    Now = "now", "up to now";
    ScaleToData = "scale_to_data", "scale charts to their data, or from 0 to the limit";
    [Change]
    Operations = "operations", "operations on what is selected";
    Arm = "arm", "arm or disarm";
    Executions = "executions", "operations running and done";
    Approve = "approve", "approve the plan";
    SafetySnapshot = "safety_snapshot", "snapshot first, or not";
    [Look]
    Refresh = "refresh", "refresh";
    Errors = "errors", "errors";
    Dismiss = "dismiss", "dismiss the message";
    [Copy]
    Copy = "copy", "copy";
    Link = "link", "in the AWS console";
    [Console]
    Theme = "theme", "choose a theme";
    PlayScenario = "play_scenario", "play another scenario";
    Palette = "palette", "commands";
    Help = "help", "help";
    Redraw = "redraw", "draw the screen anew";
    Suspend = "suspend", "suspend to the shell";
    Quit = "quit", "leave";
}

impl Action {
    /// Whether it only moves a cursor.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(
            self,
            Self::Down
                | Self::Up
                | Self::Top
                | Self::Bottom
                | Self::HalfPageDown
                | Self::HalfPageUp
                | Self::PageDown
                | Self::PageUp
                | Self::Left
                | Self::Right
        )
    }

    /// Whether it leads to a place: a screen, or a list of what went on.
    #[must_use]
    pub fn is_place(self) -> bool {
        matches!(
            self,
            Self::Fleet
                | Self::Databases
                | Self::Clusters
                | Self::Alarms
                | Self::Secrets
                | Self::Executions
                | Self::Audit
        )
    }

    /// The action of that name in keymap files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// The place of the environment that it chooses, from 0.
    #[must_use]
    pub fn environment(self) -> Option<usize> {
        Some(match self {
            Self::Environment1 => 0,
            Self::Environment2 => 1,
            Self::Environment3 => 2,
            Self::Environment4 => 3,
            Self::Environment5 => 4,
            Self::Environment6 => 5,
            Self::Environment7 => 6,
            Self::Environment8 => 7,
            Self::Environment9 => 8,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(*action));
        }
        assert_eq!(Action::from_name("Open"), None);
    }

    #[test]
    fn nine_environments_in_order() {
        let places: Vec<_> = Action::ALL.iter().filter_map(|action| action.environment()).collect();
        assert_eq!(places, (0..9).collect::<Vec<_>>());
    }
}
