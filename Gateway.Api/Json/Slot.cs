namespace PaymentCluster.Gateway.Api.Json;

/// <summary>What a body holds of one field. Only the field's form knows how to read it.</summary>
internal struct Slot
{
    /// <summary>Whether the body names the field, with a usable value or not.</summary>
    public bool IsMentioned;

    /// <summary>Whether the body's value does not fit the field.</summary>
    public bool IsRefused;

    /// <summary>Whether there is a value that fits the field.</summary>
    public bool HasValue;

    /// <summary>The value of a number, a flag or a word of a list.</summary>
    public long Number;

    /// <summary>The value of everything else.</summary>
    public object? Value;

    /// <summary>Keeps a value.</summary>
    public void Set(object value)
    {
        Value = value;
        HasValue = true;
    }

    /// <summary>Keeps a number.</summary>
    public void Set(long number)
    {
        Number = number;
        HasValue = true;
    }
}
