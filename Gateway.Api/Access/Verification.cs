namespace PaymentCluster.Gateway.Api.Access;

/// <summary>What the verification of a credential found. Neither: it is no valid credential.</summary>
/// <param name="Caller">Who it belongs to; null if it does not count.</param>
/// <param name="Refusal">Why it does not count although it is no guess; such a credential is not counted as
/// one.</param>
internal readonly record struct Verification(Caller? Caller = null, ErrorCode? Refusal = null);
