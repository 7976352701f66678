namespace PaymentCluster.Grains.Abstractions.Logs;

/// <summary>
/// The ids of the product's log events, in one table: unique in the whole product and never given a second meaning,
/// because alerts are written against them. An area has a hundred of them. <c>docs/log-events.md</c> lists them with
/// their levels and messages.
/// </summary>
public static class LogEvents
{
    // Gateway, 100 to 299.

    /// <summary>A request failed because a silo or the database was unavailable; the caller got a 503.</summary>
    public const int RequestUnavailable = 100;

    /// <summary>A request failed by a bug; the caller got a 500 with the trace id.</summary>
    public const int RequestFailed = 101;

    /// <summary>A silo that stops rejected a call without executing it; the gateway makes it again.</summary>
    public const int CallRejected = 102;

    /// <summary>One address sends credentials that are invalid, again and again; at most once a minute.</summary>
    public const int KeyGuessing = 200;

    /// <summary>A request says that it was forwarded, and no proxy is configured: limits by address count everybody
    /// behind that proxy as one. Once in a process.</summary>
    public const int ProxyUnknown = 201;

    /// <summary>An API key is used from outside of its networks: it leaked, or its networks are incomplete. At most
    /// once a minute for each address.</summary>
    public const int KeyElsewhere = 202;

    // Payments, 1000 to 1399.

    /// <summary>An activation held an older version than the journal; it reloads and decides again.</summary>
    public const int PaymentStale = 1001;

    /// <summary>Another activation of the same payment keeps committing; the call fails and is retryable.</summary>
    public const int PaymentFenced = 1002;

    /// <summary>A command was not carried out because the database was unavailable.</summary>
    public const int PaymentStoreUnavailable = 1003;

    /// <summary>The customer's preference could not be read in time; the payment is routed without it.</summary>
    public const int PaymentPreferenceUnknown = 1004;

    /// <summary>An operator has to say what became of a payment.</summary>
    public const int PaymentNeedsReview = 1005;

    /// <summary>A payment has an event that this build cannot read; nothing is done with it here, and a silo of a newer
    /// build processes it.</summary>
    public const int PaymentUnreadable = 1006;

    /// <summary>A provider reported money that was not requested; an operator has to look at it.</summary>
    public const int PaymentUnexpectedMoney = 1007;

    /// <summary>An operator has to say what became of a refund.</summary>
    public const int RefundNeedsReview = 1008;

    /// <summary>A refund was made at the provider and not by this engine; it is booked like one of ours.</summary>
    public const int RefundMadeAtProvider = 1009;

    /// <summary>A provider reports a payment of its own for two attempts; it was booked for the first, and is not
    /// booked again.</summary>
    public const int ProviderReferenceTaken = 1010;

    /// <summary>Whether a payment in memory is the journal's could not be looked up; reads return what was known
    /// last.</summary>
    public const int PaymentUnconfirmed = 1011;

    /// <summary>The outcome of one call to a provider.</summary>
    public const int EffectOutcome = 1101;

    /// <summary>A provider operation ended in an exception; the sweeper queries the provider for its outcome.</summary>
    public const int EffectLost = 1102;

    /// <summary>A merchant's credentials cannot be decrypted: a master key is missing.</summary>
    public const int EffectCredentialsUnreadable = 1103;

    /// <summary>The budget of status queries of a merchant at a provider is short; once a minute, with how far behind
    /// it is.</summary>
    public const int StatusQueryDelayed = 1104;

    /// <summary>A provider's list of payments could not be read; status queries go on one by one.</summary>
    public const int PaymentListFailed = 1105;

    /// <summary>Reading a provider's list of payments ended in an exception; status queries go on one by one.</summary>
    public const int PaymentListLost = 1106;

    /// <summary>A provider's response could not be recorded, because the store or a silo is unavailable; it is offered
    /// to the payment again.</summary>
    public const int EffectOfferedAgain = 1107;

    /// <summary>The sweeper cannot read the payments that are due.</summary>
    public const int SweeperStoreUnavailable = 1201;

    /// <summary>A payment that is due could not be woken; the next sweep tries it again.</summary>
    public const int SweeperPaymentNotWoken = 1202;

    /// <summary>The credentials of a saved instrument could not be read; nothing was sent to the provider.</summary>
    public const int InstrumentUnresolved = 1204;

    /// <summary>The customer has no record at the provider, so that the card of this payment may not be
    /// saved.</summary>
    public const int InstrumentNotSaved = 1205;

    // Journal, 2000 to 2099.

    /// <summary>The connection to the database was lost during a group commit.</summary>
    public const int JournalConnectionLost = 2001;

    /// <summary>After a reconnect the journal found out which commits in doubt were written.</summary>
    public const int JournalDoubtResolved = 2002;

    /// <summary>Commits failed because the database stayed unavailable.</summary>
    public const int JournalUnavailable = 2003;

    /// <summary>The database rejected one commit of a group, by a constraint for example.</summary>
    public const int JournalCommitRejected = 2004;

    /// <summary>The open alarms cannot be counted: the gauge shows the last count.</summary>
    public const int AlarmsNotCounted = 2005;

    /// <summary>The partitions that were made ahead end soon, or have ended: the owner's login is to make more. No
    /// payment is affected.</summary>
    public const int JournalPartitionsEnding = 2006;

    /// <summary>The store's upkeep failed; it is tried again.</summary>
    public const int JournalUpkeepFailed = 2007;

    /// <summary>The audit trail's upkeep failed; it is tried again. No entry is lost.</summary>
    public const int AuditNotKept = 2008;

    // Calls to providers, 3000 to 3099.

    /// <summary>A provider responded.</summary>
    public const int ProviderResponded = 3000;

    /// <summary>A request was not sent: connecting failed, the circuit is open or the concurrency limit is
    /// reached.</summary>
    public const int ProviderRequestNotSent = 3001;

    /// <summary>A request may have reached the provider, and its outcome is unknown.</summary>
    public const int ProviderOutcomeUnknown = 3002;

    /// <summary>A provider fails too often; no request is sent to it for a while.</summary>
    public const int ProviderCircuitOpened = 3003;

    /// <summary>Requests to the provider succeed again.</summary>
    public const int ProviderCircuitClosed = 3004;

    // Providers' webhooks, 3100 to 3199.

    /// <summary>A webhook was read.</summary>
    public const int WebhookReceived = 3101;

    /// <summary>A webhook is about a payment that the merchant does not have.</summary>
    public const int WebhookParked = 3102;

    /// <summary>A webhook has a wrong signature.</summary>
    public const int WebhookForged = 3103;

    /// <summary>A webhook has a valid signature and a body that cannot be read.</summary>
    public const int WebhookMalformed = 3104;

    /// <summary>A webhook's signature could not be verified now; the provider sends it again.</summary>
    public const int WebhookUnavailable = 3105;

    // Customers, 3200 to 3299.

    /// <summary>The credentials that a customer's instrument needs cannot be decrypted.</summary>
    public const int CustomerCredentialsUnreadable = 3201;

    /// <summary>A customer's data was erased.</summary>
    public const int CustomerErased = 3202;

    /// <summary>A deletion at a provider or in the vault is still pending; it is tried again.</summary>
    public const int CustomerDeletionPending = 3203;

    /// <summary>A card could not be saved, because the vault was unavailable.</summary>
    public const int CustomerCardNotSaved = 3204;

    /// <summary>The token of a linked wallet cannot be decrypted: its master key is missing.</summary>
    public const int CustomerTokenUnreadable = 3205;

    /// <summary>The outcome of a customer's operation could not be written; the next activation continues it.</summary>
    public const int CustomerOperationNotRecorded = 3206;

    /// <summary>The vault or a provider did not respond to a customer's operation in time.</summary>
    public const int CustomerOperationTimeout = 3207;

    /// <summary>A customer's pending operations could not be continued now; a retry or the next activation
    /// does.</summary>
    public const int CustomerNotResumed = 3208;

    /// <summary>The outcome of an erasure could not be written to the audit trail; the trail's keeper does it
    /// later.</summary>
    public const int CustomerChangeOpen = 3209;

    // Merchants, 3300 to 3399.

    /// <summary>A merchant's settings were saved.</summary>
    public const int MerchantSaved = 3301;

    /// <summary>A merchant got an API key.</summary>
    public const int MerchantKeyCreated = 3302;

    /// <summary>An API key was revoked.</summary>
    public const int MerchantKeyRevoked = 3303;

    /// <summary>A merchant's credentials at a provider were saved.</summary>
    public const int MerchantCredentialsSaved = 3304;

    /// <summary>Credentials were encrypted under the current master key.</summary>
    public const int MerchantCredentialsResealed = 3305;

    /// <summary>Credentials could not be encrypted under the current master key, because they cannot be
    /// decrypted.</summary>
    public const int MerchantCredentialsUnreadable = 3306;

    /// <summary>A merchant's credentials at a provider were deleted.</summary>
    public const int MerchantCredentialsDeleted = 3307;

    /// <summary>A merchant's routing rules were saved.</summary>
    public const int MerchantRoutingSaved = 3308;

    /// <summary>The key that signs a merchant's order tokens was replaced.</summary>
    public const int MerchantOrderTokenKeyRotated = 3309;

    /// <summary>The outcome of a change could not be written to the audit trail; the merchant's next command, or its
    /// next activation, does.</summary>
    public const int MerchantChangeOpen = 3310;

    /// <summary>The hour of an API key's use could not be noted; the key works, and the next hour is noted
    /// again.</summary>
    public const int MerchantKeyUseNotNoted = 3311;

    // Providers, 3400 to 3499.

    /// <summary>A merchant's credentials were tried at the provider.</summary>
    public const int ProviderCredentialsChecked = 3401;

    // Calls between processes, 3500 to 3599.

    /// <summary>A process that is no silo called what is for silos alone, and was rejected: a bug of the gateway, or
    /// somewhere its certificate must not be.</summary>
    public const int GatewayCallRejected = 3501;

    // Risk, 3600 to 3699.

    /// <summary>Attempts by card of an address, a card, a customer or a key are blocked, because too many were
    /// unsuccessful: card testing is suspected.</summary>
    public const int AttemptsBlocked = 3601;
}
