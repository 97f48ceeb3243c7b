//! Salesforce for AI agents: the core that plans requests and maps answers.
