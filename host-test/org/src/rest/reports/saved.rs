//! What the saved reports show.

/// A report as somebody saved it.
pub(super) struct Saved {
    /// `DeveloperName`.
    pub(super) name: &'static str,
    /// API name and label of the report type.
    pub(super) kind: (&'static str, &'static str),
    pub(super) object: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) details: &'static [&'static str],
    pub(super) down: &'static [&'static str],
    pub(super) across: &'static [&'static str],
    /// `s!COLUMN` sums, `a!COLUMN` averages, `RowCount` counts.
    pub(super) aggregates: &'static [&'static str],
    /// Column, operator, value.
    pub(super) filters: &'static [(&'static str, &'static str, &'static str)],
    pub(super) logic: Option<&'static str>,
    /// The column of the standard date filter.
    pub(super) date: &'static str,
}

/// A column of a report type.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: &'static str,
    /// The field that is shown.
    pub(super) shown: &'static str,
    /// The field that the cell's value is: for names, the id.
    pub(super) value: &'static str,
}

const fn column(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    shown: &'static str,
    value: &'static str,
) -> Column {
    Column { name, label, kind, shown, value }
}

const DEALS: &[Column] = &[
    column("OPPORTUNITY_NAME", "Opportunity Name", "string", "Name", "Id"),
    column("ACCOUNT_NAME", "Account Name", "string", "Account.Name", "AccountId"),
    column("FULL_NAME", "Opportunity Owner", "string", "Owner.Name", "OwnerId"),
    column("STAGE_NAME", "Stage", "picklist", "StageName", "StageName"),
    column("TYPE", "Type", "picklist", "Type", "Type"),
    column("AMOUNT", "Amount", "currency", "Amount", "Amount"),
    column("PROBABILITY", "Probability (%)", "percent", "Probability", "Probability"),
    column("CLOSE_DATE", "Close Date", "date", "CloseDate", "CloseDate"),
    column("CLOSED", "Closed", "boolean", "IsClosed", "IsClosed"),
    column("WON", "Won", "boolean", "IsWon", "IsWon"),
];

const CASES: &[Column] = &[
    column("CASE_NUMBER", "Case Number", "string", "CaseNumber", "Id"),
    column("SUBJECT", "Subject", "string", "Subject", "Subject"),
    column("PRIORITY", "Priority", "picklist", "Priority", "Priority"),
    column("STATUS", "Status", "picklist", "Status", "Status"),
    column("OWNER", "Case Owner", "string", "Owner.Name", "OwnerId"),
    column("CREATED_DATE", "Date/Time Opened", "datetime", "CreatedDate", "CreatedDate"),
    column("CLOSED", "Closed", "boolean", "IsClosed", "IsClosed"),
];

const READINGS: &[Column] = &[
    column("Meter_Reading__c.Name", "Reading Number", "string", "Name", "Id"),
    column("Meter_Reading__c.Value__c", "Reading", "double", "Value__c", "Value__c"),
    column("Meter_Reading__c.Taken_At__c", "Taken At", "datetime", "Taken_At__c", "Taken_At__c"),
];

pub(super) const REPORTS: [Saved; 5] = [
    Saved {
        name: "Open_Pipeline",
        kind: ("Opportunity", "Opportunities"),
        object: "Opportunity",
        columns: DEALS,
        details: &["OPPORTUNITY_NAME", "ACCOUNT_NAME", "AMOUNT", "PROBABILITY", "CLOSE_DATE"],
        down: &["STAGE_NAME"],
        across: &[],
        aggregates: &["s!AMOUNT", "RowCount"],
        filters: &[("CLOSED", "equals", "false")],
        logic: None,
        date: "CLOSE_DATE",
    },
    Saved {
        name: "Won_by_Owner",
        kind: ("Opportunity", "Opportunities"),
        object: "Opportunity",
        columns: DEALS,
        details: &["OPPORTUNITY_NAME", "AMOUNT"],
        down: &["FULL_NAME"],
        across: &["TYPE"],
        aggregates: &["s!AMOUNT", "a!AMOUNT", "RowCount"],
        filters: &[("WON", "equals", "true")],
        logic: None,
        date: "CLOSE_DATE",
    },
    Saved {
        name: "Open_Cases",
        kind: ("CaseList", "Cases"),
        object: "Case",
        columns: CASES,
        details: &["CASE_NUMBER", "SUBJECT", "PRIORITY", "OWNER", "CREATED_DATE"],
        down: &[],
        across: &[],
        aggregates: &["RowCount"],
        filters: &[("CLOSED", "equals", "false")],
        logic: None,
        date: "CREATED_DATE",
    },
    Saved {
        name: "Urgent_Cases",
        kind: ("CaseList", "Cases"),
        object: "Case",
        columns: CASES,
        details: &["CASE_NUMBER", "SUBJECT", "STATUS"],
        down: &[],
        across: &[],
        aggregates: &["RowCount"],
        filters: &[("CLOSED", "equals", "false"), ("PRIORITY", "equals", "High"), ("STATUS", "equals", "Escalated")],
        logic: Some("1 AND (2 OR 3)"),
        date: "CREATED_DATE",
    },
    Saved {
        name: "All_Readings",
        kind: ("CustomEntity$Meter_Reading__c", "Meter Readings"),
        object: "Meter_Reading__c",
        columns: READINGS,
        details: &["Meter_Reading__c.Name", "Meter_Reading__c.Value__c", "Meter_Reading__c.Taken_At__c"],
        down: &[],
        across: &[],
        aggregates: &["s!Meter_Reading__c.Value__c", "RowCount"],
        filters: &[],
        logic: None,
        date: "Meter_Reading__c.Taken_At__c",
    },
];
