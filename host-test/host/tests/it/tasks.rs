//! What people ask: the answer, what was written and what was not, and what it costs.

#[path = "../tasks/tasks.rs"]
mod play;

use play::{MAX_TOKENS, Task, cold_and_warm};

use test_support::HOST;

/// Plays a task twice; what it costs is part of what it promises.
#[track_caller]
fn check(task: &Task) {
    let (cold, warm) = cold_and_warm(&HOST, task);
    let Task { prompt, ideal, .. } = *task;
    assert_eq!((warm.requests, cold.requests), (task.warm, task.cold), "{prompt}: requests, warm and cold");
    assert!(task.warm <= ideal + 1, "{prompt}: {} requests, and {ideal} would do", task.warm);
    // An empty cache costs a describe; and once a day what a record type allows, which no composite request can ask for.
    let empty = if ["28", "31"].contains(&task.name) { 2 } else { 1 };
    assert!(task.cold <= ideal.max(task.warm) + empty, "{prompt}: {} requests with an empty cache", task.cold);
    assert!(cold.tokens.max(warm.tokens) <= MAX_TOKENS, "{prompt}: {} tokens", cold.tokens);
}

macro_rules! tasks {
    ($all:ident, $every:ident: $($sentence:ident: $task:ident,)*) => {
        $(#[test] fn $sentence() { check(&play::$task); })*

        #[test]
        fn $every() {
            let tested = [$(play::$task.name),*];
            assert_eq!(play::$all.map(|task| task.name), tested);
        }
    };
}

tasks! {
    OFF_BY_DEFAULT, every_task_of_a_tool_that_is_off_has_a_test:
    what_waits_is_approved_as_the_day_shows_it: APPROVE_HOOLI,
    a_deal_is_submitted_and_waits_for_the_manager: SUBMIT_VESTA,
    an_order_form_is_read_by_its_name: READ_ORDER_FORM,
    a_summary_goes_to_the_bob_who_is_meant: SEND_SUMMARY,
}

tasks! {
    ALL, every_task_has_a_test:
    recently_created_accounts_are_listed_with_their_owners: RECENT_ACCOUNTS,
    four_acmes_are_told_apart_and_the_chosen_one_comes_with_its_lists: WHAT_ABOUT_ACME,
    employees_are_changed_from_what_the_person_said: EMPLOYEES,
    a_stale_expectation_is_told_with_who_changed_it: EMPLOYEES_STALE,
    a_second_acme_is_asked_about: NEW_ACME,
    a_second_acme_is_created_when_the_person_insists: NEW_ACME_ANYWAY,
    a_duplicate_the_admin_blocks_is_not_created_even_so: NEW_LEAD_BLOCKED,
    german_manufacturers_without_an_open_deal_are_listed: GERMAN_MANUFACTURERS,
    of_three_janes_the_person_chooses_among_the_active: ASSIGN_INITECH,
    bob_at_acme_may_be_a_robert_and_is_not_the_bob_of_globex: BOB_AT_ACME,
    a_contact_is_added_to_the_account_that_was_named: ADD_SARAH,
    a_hidden_field_is_not_visible_or_not_there: SALARY_GRADE,
    new_leads_that_nobody_touched_are_listed: UNTOUCHED_LEADS,
    a_lead_without_a_company_is_asked_for_it: LEAD_WITHOUT_COMPANY,
    a_rating_that_does_not_exist_is_refused_with_those_that_do: SUPER_HOT,
    a_lead_is_converted_by_its_tool_and_by_no_status: CONVERT_DANA,
    leads_are_counted_by_source_with_their_conversion: LEADS_BY_SOURCE,
    wins_and_losses_are_counted_in_a_quarter_that_is_named: WIN_LOSS,
    the_pipeline_is_in_the_order_of_its_stages: PIPELINE,
    a_validation_rule_is_told_in_its_own_words: CLOSED_WON,
    a_computed_change_is_checked_against_what_was_read: PUSH_AND_RAISE,
    a_new_deal_asks_for_its_stage_and_finds_its_account: NEW_GLOBEX_DEAL,
    large_deals_that_went_quiet_are_listed: QUIET_DEALS,
    a_row_that_is_locked_for_a_moment_is_written_in_the_end: LOCKED_FOR_A_MOMENT,
    a_row_that_stays_locked_is_given_up: LOCKED_FOR_LONG,
    old_open_cases_are_listed_and_counted: OLD_CASES,
    a_case_is_created_and_its_number_told: NEW_CASE,
    a_call_and_its_follow_up_are_logged_together: LOG_CALL,
    a_pasted_email_is_kept_as_it_is: LOG_EMAIL,
    a_note_is_put_on_the_deal: NOTE_ON_DEAL,
    the_last_interactions_are_data_whatever_they_say: LAST_INTERACTIONS,
    an_expired_session_asks_to_sign_in: TOKEN_EXPIRED,
    a_limit_is_told_from_a_session_that_is_not_for_the_api: LIMIT_REACHED,
    a_missing_approval_names_the_admins_steps: NOT_APPROVED,
    an_owner_is_told_by_name: WHO_OWNS_GLOBEX,
    the_users_own_day_has_what_is_overdue: MY_DAY,
    the_top_deals_are_the_users_own: TOP_DEALS,
    cases_are_counted_by_priority_in_its_order: CASES_BY_PRIORITY,
    a_report_is_run_by_its_name: RUN_REPORT,
    a_report_is_filtered_besides_its_own_filters: FILTERED_REPORT,
    of_two_reports_of_one_name_the_person_chooses: TWO_REPORTS,
    a_list_view_is_shown_by_its_name: LIST_VIEW,
}
