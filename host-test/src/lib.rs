//! Reference host for the Salesforce plugin.
