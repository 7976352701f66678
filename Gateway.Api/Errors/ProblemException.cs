using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.Errors;

/// <summary>A request that cannot be taken, found out below its handler: it leaves as problem+json.</summary>
internal sealed class ProblemException : Exception
{
    public ProblemException(ErrorCode code, string detail)
        : base(detail) => Code = code;

    public ProblemException(ErrorCode code, string detail, string field)
        : base(detail)
    {
        Code = code;
        Errors = [new FieldError(code, field, detail)];
    }

    public ProblemException(InputErrors errors)
        : base(errors.Detail)
    {
        Code = errors.Code;
        Errors = errors.OfFields;
    }

    public ErrorCode Code { get; }

    public IReadOnlyList<FieldError> Errors { get; } = [];
}
