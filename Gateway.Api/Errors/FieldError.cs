namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>One thing that is wrong with a field of a request.</summary>
/// <param name="Code">Its stable code.</param>
/// <param name="Field">The member of the body, the query parameter or the header.</param>
/// <param name="Detail">What is the matter with it.</param>
internal readonly record struct FieldError(ErrorCode Code, string Field, string Detail);
