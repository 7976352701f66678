using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>Reads bodies whose fields are secrets, under names of the caller's choice: a provider's
/// credentials.</summary>
internal static class SecretsReader
{
    private const int MaxName = 40;
    private const int MaxSecrets = 16;
    private const int MaxSecretLength = 8192;

    /// <summary>The secrets; null if the bytes are not one JSON object. Whether they can be used, <paramref
    /// name="errors"/> say.</summary>
    public static ImmutableDictionary<string, Secret>? Read(in ReadOnlySequence<byte> bytes, InputErrors errors) =>
        BodyReader.ReadAll(
            bytes,
            (object?)null,
            errors,
            static (ref Utf8JsonReader json, object? _, InputErrors errors) => ReadAll(ref json, errors));

    private static ImmutableDictionary<string, Secret> ReadAll(ref Utf8JsonReader json, InputErrors errors)
    {
        var secrets = ImmutableDictionary.CreateBuilder<string, Secret>(StringComparer.Ordinal);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref json);
            json.Read();
            var value = json.TokenType == JsonTokenType.String ? JsonText.Read(ref json) : null;
            json.Skip();
            if (!IsName(name))
            {
                errors.Add(
                    ErrorCode.InvalidField,
                    JsonText.NameToShow(name),
                    $"must have a name of 1 to {MaxName} lower-case letters, digits or '_'");
            }
            else if (
                value is not { Length: >= 1 and <= MaxSecretLength } || value.Contains('\0', StringComparison.Ordinal))
            {
                errors.Add(ErrorCode.InvalidField, name, $"must be a string of 1 to {MaxSecretLength} characters");
            }
            else if (!secrets.TryAdd(name, new Secret(value)))
            {
                errors.Add(ErrorCode.DuplicateField, name, BodyReader.Duplicated);
            }
        }

        if (secrets.Count is 0 or > MaxSecrets)
        {
            errors.Add(ErrorCode.InvalidField, "", $"must have 1 to {MaxSecrets} members");
        }

        return secrets.ToImmutable();
    }

    private static bool IsName(string name) => name.Length is >= 1 and <= MaxName && name.All(
        character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '_');
}
