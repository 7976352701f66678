using System.Text.Json;
using Microsoft.OpenApi;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>How a value looks in JSON: what the reader accepts, what a fingerprint says of it, and its schema in the
/// OpenAPI document.</summary>
internal abstract class Form
{
    /// <summary>What a value must be, as a refusal says it: <c>must be …</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>Whether the value is part of a request's fingerprint.</summary>
    public virtual bool IsFingerprinted => true;

    /// <summary>Reads the value at the reader's place; false if it does not fit. What is wrong inside an object or a
    /// list is added to the place's errors.</summary>
    public abstract bool Read(ref Utf8JsonReader json, ref Slot slot, in FieldPlace place);

    /// <summary>Writes the value in its one spelling, for the request's fingerprint.</summary>
    public abstract void WriteCanonical(Utf8JsonWriter json, in Slot slot);

    /// <summary>The schema of a value.</summary>
    public abstract OpenApiSchema Schema();
}

/// <summary>The form of values of one type.</summary>
internal abstract class Form<T> : Form
{
    /// <summary>The value of a slot that has one.</summary>
    public abstract T Get(in Slot slot);
}

/// <summary>Where a value is in its body, and where to report what is wrong with it.</summary>
/// <param name="Prefix">The path of the object that has the field, with a dot at its end; empty for the body.</param>
/// <param name="Field">The field.</param>
/// <param name="Errors">What is wrong with the request.</param>
internal readonly record struct FieldPlace(string Prefix, Field Field, InputErrors Errors)
{
    /// <summary>The field's path.</summary>
    public string Path => Prefix + Field.Name;

    /// <summary>The path of what is inside the field's object, without the name.</summary>
    public string Inside => Prefix.Length == 0 ? Field.Prefix : $"{Prefix}{Field.Name}.";
}
