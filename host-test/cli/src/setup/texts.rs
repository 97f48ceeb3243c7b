//! Every text of the pages, in each language. `{name}` in a text is a place where something else stands.

mod english;
mod german;

use english::ENGLISH;
use german::GERMAN;

/// A language that the pages speak. A new one is a case here and a file beside this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
}

/// All of them.
pub(super) const LANGUAGES: [Language; 2] = [Language::English, Language::German];

impl Language {
    /// The one of a browser that says which ones its person reads, best first; English where none is spoken here.
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4>
    pub(super) fn of(accepted: &str) -> Self {
        let wanted = accepted.split(',').filter_map(|one| {
            let (range, quality) = one.split_once(";q=").unwrap_or((one, "1"));
            let language = LANGUAGES.into_iter().find(|known| {
                let primary = range.trim().split('-').next().unwrap_or_default();
                primary.eq_ignore_ascii_case(known.code())
            })?;
            Some((language, quality.trim().parse::<f32>().ok().filter(|quality| *quality > 0.0)?))
        });
        // Of two that are as good, the first.
        let best = wanted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map_or(Self::English, |(language, _)| language)
    }

    /// As HTML names it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// As it names itself.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    pub(super) fn texts(self) -> &'static Texts {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

macro_rules! texts {
    ($($name:ident)*) => {
        /// The texts of one language.
        pub(super) struct Texts {
            $(pub(super) $name: &'static str,)*
            /// What the admin sets in the app, with its values.
            pub(super) admin_settings: &'static [(&'static str, &'static str)],
            /// What is done where the app is not installed yet, in its order.
            pub(super) not_installed_steps: &'static [&'static str],
            /// The tools by their short names, with a title and a sentence; English is the component's own.
            tools: &'static [(&'static str, &'static str, &'static str)],
            /// Sentences of the component by their beginnings, which are English.
            translations: &'static [(&'static str, &'static str)],
        }

        impl Texts {
            /// Every text with its name.
            #[cfg(test)]
            fn named(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

texts! {
    admin_callback admin_click admin_intro admin_message admin_message_label admin_then admin_title admin_where
    back back_home back_to_org brand close confirm_append confirm_delete confirm_edit confirm_help confirm_legend
    connected_more connected_new connected_next connected_not connected_title copied copy demo_admin demo_install
    demo_installed demo_org disconnect disconnect_force disconnect_text disconnect_title disconnected door_code
    door_open door_refused door_text door_title ended_text ended_title fact_calls fact_calls_left fact_change
    fact_create fact_note fact_org fact_read fact_user failed_title finish_absent finish_agents finish_agents_text
    finish_any finish_by_hand finish_change finish_command finish_done finish_for_agent finish_json finish_none
    finish_not_written finish_others finish_test finish_title finish_write finish_written footer go_on group_adds group_off
    group_overwrites group_reads home_connect home_status home_title home_who keep kept_name kept_settings kept_tokens
    key_admin key_help key_label key_missing key_wrong not_installed nothing nowhere_title objects_all objects_change objects_create
    objects_help objects_more objects_read objects_some objects_summary org_demo org_demo_button org_did_you_mean
    org_intro org_is_demo org_label org_means org_missing org_name org_name_help org_name_summary org_name_wrong
    org_not_salesforce org_title org_where org_where_text own_rights production read_only read_only_legend
    refused_admin refused_late refused_message refused_message_label refused_no_answer refused_nobody
    refused_open_setup refused_other refused_platform refused_says refused_stopped refused_taken refused_unknown
    refused_unreadable refused_user sandbox save save_and_go_on saved settings_changed settings_wrong shut_text
    shut_title sign_in_again sign_in_intro sign_in_open sign_in_stuck sign_in_stuck_else sign_in_stuck_key
    sign_in_stuck_redirect sign_in_title sign_in_waits skip step_connected step_finish step_instructions step_org
    step_sign_in step_tools steps thousands tokens_none tools_all tools_default tools_intro tools_none tools_title
    try_again try_answer try_button try_example try_help try_label try_one_request try_plan try_requests try_title
    window_connected window_go_back window_go_back_to_read window_refused words_count words_half words_instructions
    words_instructions_help words_means words_means_example words_more words_placeholder words_title words_twice
    words_unchecked words_unclear words_unknown words_unknown_near words_vocabulary words_vocabulary_help words_word
    words_word_example
}

impl Texts {
    /// A sentence of the component, in this language where that is known.
    pub(super) fn translated(&self, english: &str) -> String {
        let known = self.translations.iter().find(|(beginning, _)| english.starts_with(beginning));
        known.map_or(english, |(_, text)| text).to_owned()
    }

    /// The sentence of a tool, by its short name; absent where the component's own is in this language.
    pub(super) fn tool(&self, name: &str) -> Option<&'static str> {
        self.tools.iter().find(|(known, ..)| *known == name).map(|(_, _, sentence)| *sentence)
    }

    /// The title of a tool, by the same rule.
    pub(super) fn tool_title(&self, name: &str) -> Option<&'static str> {
        self.tools.iter().find(|(known, ..)| *known == name).map(|(_, title, _)| *title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of a text.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn every_language_says_everything_with_the_same_places() {
        for ((name, english), (_, german)) in ENGLISH.named().into_iter().zip(GERMAN.named()) {
            assert!(!english.trim().is_empty() && !german.trim().is_empty(), "{name}");
            assert_eq!(places(english), places(german), "{name}");
        }
        assert_eq!(ENGLISH.admin_settings.len(), GERMAN.admin_settings.len());
        assert_eq!(ENGLISH.not_installed_steps.len(), GERMAN.not_installed_steps.len());
    }

    #[test]
    fn hardly_a_text_is_the_same_in_both_languages() {
        let same = |(one, other): &((&str, &str), (&str, &str))| one.1 == other.1;
        let same: Vec<&str> =
            ENGLISH.named().into_iter().zip(GERMAN.named()).filter(same).map(|(one, _)| one.0).collect();
        assert_eq!(
            same,
            ["door_code", "fact_org", "home_status", "kept_name", "kept_tokens", "sandbox", "words_means_example"]
        );
    }

    #[test]
    fn a_browser_gets_the_language_it_likes_best_of_those_there_are() {
        for (accepted, language) in [
            ("", Language::English),
            ("de-DE,de;q=0.9,en;q=0.8", Language::German),
            ("en-GB,de;q=0.9", Language::English),
            ("fr,de;q=0.5,en;q=0.4", Language::German),
            ("fr, DE", Language::German),
            ("de;q=0,en;q=0.1", Language::English),
            ("fr", Language::English),
            ("den", Language::English),
        ] {
            assert_eq!(Language::of(accepted), language, "{accepted}");
        }
    }
}
