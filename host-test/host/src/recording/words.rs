//! The words that say nothing of anybody: those of the API, of its query language, of its messages, and of what every
//! org has. Everything is in lower case but for keys of JSON, which are told apart by their capitals.

use std::collections::HashSet;
use std::sync::LazyLock;

/// API names and labels of what every org has.
pub(super) const STANDARD: &str = include_str!("standard.txt");

type Words = LazyLock<HashSet<&'static str>>;

/// Endings of names that say of what kind they are.
pub(super) const SUFFIXES: [&str; 10] = ["c", "r", "e", "x", "b", "pc", "mdt", "kav", "share", "history"];

/// Keys of a describe, or of other facts about a schema, whose texts stay.
pub(super) const SCHEMA_NAMES: &[&str] = &[
    "compoundFieldName",
    "controllerName",
    "childSObject",
    "extraTypeInfo",
    "keyPrefix",
    "nameField",
    "referenceTargetField",
    "referenceTo",
    "relationshipName",
    "soapType",
    "type",
    "validFor",
];

/// Where a search looks.
pub(super) const PICKLISTS: [&str; 5] = ["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"];

/// What the plugin itself writes into queries, rows and actions, and the endings of files that it reads; 5 is the status
/// of an email that is a draft.
pub(super) const PLUGIN_VALUES: &[&str] = &[
    "5",
    "Approve",
    "Approved",
    "Assigned",
    "Call",
    "CurrentUser",
    "Email",
    "Inbound",
    "Internal",
    "Meeting",
    "Outbound",
    "Pending",
    "Queue",
    "Reject",
    "Rejected",
    "Removed",
    "SNOTE",
    "Submit",
    "Task",
    "csv",
    "eml",
    "html",
    "json",
    "md",
    "txt",
    "xml",
];

/// Arguments that take a date or time.
pub(super) const ARGUMENT_DATES: [&str; 10] =
    ["when", "due", "since", "until", "before", "after", "date", "start", "end", "remind"];

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $text:expr) => {
        $(#[$doc])*
        pub(super) static $name: Words = LazyLock::new(|| $text.split_ascii_whitespace().collect());
    };
}

words!(
    /// Words of times as people say them.
    TIME_WORDS,
    "a am an and at by day days end first from friday hour hours in last mid midnight minute minutes monday month months \
     morning afternoon evening next noon now of on pm quarter saturday sunday the this thursday to today tomorrow tuesday \
     until wednesday week weekend weeks year years yesterday ago begin beginning half past january february march april \
     may june july august september october november december jan feb mar apr jun jul aug sep oct nov dec mon tue wed thu \
     fri sat sun t z utc gmt"
);

words!(
    /// Date literals of SOQL.
    /// <https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm>
    DATE_LITERALS,
    "today yesterday tomorrow last_week this_week next_week last_month this_month next_month last_90_days next_90_days \
     last_n_days next_n_days n_days_ago last_n_weeks next_n_weeks n_weeks_ago last_n_months next_n_months n_months_ago \
     this_quarter last_quarter next_quarter last_n_quarters next_n_quarters n_quarters_ago this_year last_year next_year \
     last_n_years next_n_years n_years_ago this_fiscal_quarter last_fiscal_quarter next_fiscal_quarter \
     last_n_fiscal_quarters next_n_fiscal_quarters n_fiscal_quarters_ago this_fiscal_year last_fiscal_year \
     next_fiscal_year last_n_fiscal_years next_n_fiscal_years n_fiscal_years_ago"
);

words!(
    /// Words of SOQL.
    SOQL_WORDS,
    "above above_or_below all and asc at avg below calendar_month calendar_quarter calendar_year category \
     converttimezone convertcurrency count count_distinct cube custom data day_in_month day_in_week day_in_year day_only \
     desc distance else end excludes false fields first fiscal_month fiscal_quarter fiscal_year for format from geolocation \
     group grouping having hour_in_day in includes last like limit max min mine mine_and_my_groups my_territory \
     my_team_territory not null nulls offset or order reference rollup scope security_enforced select standard sum then \
     team tolabel tracking true typeof update user_mode system_mode using view viewstat week_in_month week_in_year when \
     where with everything delegated by rows"
);

words!(
    /// What stands in the addresses of the API and of the user interface.
    PATH_WORDS,
    "services data analytics reports query queryall composite sobjects describe parameterizedsearch search ui-api object-info \
     picklist-values limits oauth2 userinfo batch tree graph recent soap u lightning r o view edit q fields format \
     defaults record-ui records layout compactlayouts approvallayouts layouts quickactions defaultvalues listviews \
     rowtemplate deleted updated start end explain support async apexrest chatter id wsdl convert batchsize \
     includedetails filtername process approvals actions standard reviewapprovalworkitem emailsimple versiondata body"
);

words!(
    /// What stands in headers.
    HEADER_WORDS,
    "accept allowsave api application auto autoassign assign charset close connection content content-type date duplicate \
     encoding etag false gmt gzip header if if-match if-modified-since if-none-match if-unmodified-since includerecorddetails \
     info json keep alive last last-modified limit location match modified mru no none options query retry after \
     retry-after rule runascurrentuser sforce sforce-auto-assign sforce-duplicate-rule-header sforce-limit-info \
     sforce-mru sforce-query-options batchsize since text html xml true type unmodified updatemru usedefaultrule utf 8 \
     utf-8 usage api-usage jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun"
);

words!(
    /// Keys of what the API sends and takes, as its manual and recorded answers have them.
    JSON_KEYS,
    "Content-Type DailyApiRequests Date ETag Last-Modified Location Max Remaining access_token actionName \
     actionOverrides actionType actorIds approvalDecision approvalWorkItemId ccAddresses comments contextId emailBody \
     emailSubject entityId inputs instanceId instanceStatus invocationId isSuccess logEmailOnSend newWorkItemIds \
     newWorkitemIds nextApproverIds outcome outputValues recipientAddresses recipientId relatedRecordId requests \
     senderType sortOrder activateable active additionalInformation address aggregatable aiPredictionField allOrNone allowSave apiName \
     approvalLayouts associateEntityType associateParentEntity attributes autoNumber available body byteLength \
     calculated calculatedFormula cascadeDelete caseArticleSuggestions caseRowArticleSuggestions caseSensitive \
     childObjectApiName childRelationships childSObject city cloneable columns communities compactLayoutable \
     compactLayouts componentType compositeRequest compositeResponse compound compoundComponentName compoundFieldName \
     controllerName controllerValues controllingFields count country createable created currentPageToken \
     currentPageUrl custom customSetting dataType deepCloneable defaultImplementation defaultLimit \
     defaultRecordTypeId defaultRecordTypeMapping defaultValue defaultValueFormula defaultValues defaultedOnCreate \
     deletable dependentFields dependentPicklist deprecatedAndHidden describe developerName digits \
     displayLocationInDecimal displayValue done duplicateResult duplicateResut duplicateRule duplicateRuleEntityType \
     eTag editableForNew editableForUpdate email email_verified encoding encrypted entityType error errorCode \
     errorMessage error_description errors eventSchema eventSeriesUpdates extendedBy extendsInterfaces externalId \
     extraTypeInfo family_name feedEnabled field fieldApiName fieldDiffs fieldName fields filterable \
     filteredLookupInfo formatted formulaTreatNullNumberAsZero geocodeAccuracy given_name groupable hasErrors \
     hasSubtypes headers highScaleNumber htmlFormatted httpHeaders httpStatusCode iconUrl id idLookup implementedBy \
     implementsInterfaces in info inlineHelpText instance_url isInterface isSubtype is_app_installed issued_at \
     junctionIdListNames junctionReferenceTo keyPrefix label labelPlural language lastModifiedById lastModifiedDate \
     last_modified_date latitude layout layoutType layoutable layouts length limit limits listviewable listviews \
     locale longitude lookupLayoutable mask maskType master matchConfidence matchEngine matchRecords matchResults \
     maxBatchSize mergeable message messageDetails method mobile_phone mobile_phone_verified mode mruEnabled name \
     nameField nameFields namePointing namedLayoutInfos namedLayouts networkScopeFieldName nextPageToken nextPageUrl \
     nextRecordsUrl nickname nillable objectApiName offset orderBy organization_id overallLimit passwordUtilities \
     path permissionable phone_number phone_number_verified photos picklistFieldValues picklistValues picture \
     polymorphicForeignKey postalCode precision preferred_username profile provenance q query queryByDistance \
     queryable quickActions record recordTypeId recordTypeInfo recordTypeInfos records reference referenceId \
     referenceTargetField referenceTo referenceToInfos relationshipName relationshipOrder replicateable required \
     restrictedDelete restrictedPicklist result results retrieveable rowTemplate rows rule sObjects scale \
     searchLayoutable searchPrefilterable searchRecords searchable sign_in size soapType sobject \
     sobjectDescribeOption sobjects sortable state status statusCode street sub success supportedScopes \
     systemModstamp total totalSize triggerable type uiDetailTemplate uiEditTemplate uiNewRecord undeletable unique \
     updateable updated_at url urls user_id user_type utcOffset validFor value values version warnings where \
     writeRequiresMasterRead zoneinfo"
);

words!(
    /// Words of Salesforce's own messages. Only in messages do they stay.
    MESSAGE_WORDS,
    "a access actual after and as asc allowed already an any api are at attempting authenticate authorization bad be been \
     being but by call can cannot character characters child column common correct could criteria cross current custom \
     daily data date day deleted desc describe did do does double duplicate each enabled end enough entity error exceeded \
     exist exists expected expired failed field fields filter filtered for format found from greater group has have id \
     identifier if in inactive insufficient integer internal invalid is json key length limit line list locked lock login \
     long longer malformed match matched maximum may missing more must name names no not null number object of on one only \
     operation operator operators or organization owner parameter parent parse permission picklist please provided query \
     reached read record records reference relationship relationships request required requested resource restricted retry \
     row rows rule save see server session set single size sobject specified string such than that the this to token too \
     total totalrequests transaction type unable unavailable understand unexpected unknown update updated url use used user \
     using valid value values was when where which while first having last like nulls offset order restriction select \
     sorted takes with wsdl you your"
);
