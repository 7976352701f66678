using PaymentCluster.Gateway.Api.Errors;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>What is wrong with a request's input: all of it, so that a caller can correct everything at once.</summary>
internal sealed class InputErrors
{
    /// <summary>More are not reported, so that a response stays small.</summary>
    private const int Most = 32;

    private readonly List<FieldError> _errors = [];

    public bool Any => _errors.Count > 0;

    /// <summary>Those that are about a field and not the whole body.</summary>
    public IReadOnlyList<FieldError> OfFields => [.. _errors.Where(error => error.Field.Length > 0)];

    /// <summary>The code of the response: the first in the order of the error reference.</summary>
    public ErrorCode Code => _errors.Min(error => error.Code);

    /// <summary>One sentence for the response.</summary>
    public string Detail
    {
        get
        {
            var first = _errors.MinBy(error => error.Code);
            var more = _errors.Count - 1;
            var sentence = first.Field.Length == 0 ? $"The body {first.Detail}." : $"'{first.Field}' {first.Detail}.";
            return more == 0 ? sentence : $"{sentence} And {more} more; see errors.";
        }
    }

    public void Add(ErrorCode code, string field, string reason)
    {
        if (_errors.Count < Most)
        {
            _errors.Add(new FieldError(code, field, reason));
        }
    }

    /// <summary>Replaces all errors by this one: the rest of the body cannot be judged.</summary>
    public void Only(ErrorCode code, string reason)
    {
        _errors.Clear();
        _errors.Add(new FieldError(code, "", reason));
    }
}
