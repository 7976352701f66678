using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using PaymentCluster.Grains.Abstractions.Secrets;

namespace PaymentCluster.Grains.Merchants;

/// <summary>
/// The section <c>Vault</c>: the master keys that seal what the database may not read. They are kept outside it.
/// </summary>
/// <remarks>To change the master key: give every silo the new one under <see cref="PreviousKeys"/> (it opens, and seals
/// nothing yet), then make it the current one everywhere with the old one among the previous. A merchant's credentials
/// are sealed again when its settings are next read; the old key can go when no stored document names it any
/// more.</remarks>
public sealed class VaultOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Vault";

    /// <summary>The key that seals, and its name in what it sealed; the name is <c>k1</c> unless said
    /// otherwise.</summary>
    public string KeyId { get; set; } = "k1";

    /// <summary>Where the key that seals is.</summary>
    public VaultKeySource MasterKey { get; set; } = new();

    /// <summary>Keys that open what they once sealed, by name: none by default.</summary>
    public ImmutableDictionary<string, VaultKeySource> PreviousKeys { get; set; } =
        ImmutableDictionary<string, VaultKeySource>.Empty;

    /// <summary>Reads the section. Each previous key is a sub-section with the same two settings.</summary>
    public void Read(IConfigurationSection section)
    {
        KeyId = section[nameof(KeyId)] ?? KeyId;
        MasterKey = VaultKeySource.Read(section);
        PreviousKeys = section.GetSection(nameof(PreviousKeys)).GetChildren()
            .ToImmutableDictionary(child => child.Key, VaultKeySource.Read, StringComparer.Ordinal);
    }
}

/// <summary>Where one master key is: exactly one of the two.</summary>
public sealed class VaultKeySource
{
    /// <summary><c>MasterKeyFile</c>: a file with 32 random bytes in base64, readable by the silo's user
    /// alone.</summary>
    public string? File { get; init; }

    /// <summary><c>MasterKey</c>: the same text, for hosts that hand secrets over in the environment
    /// (<c>Vault__MasterKey</c>).</summary>
    public Secret? Text { get; init; }

    /// <summary>Reads the two settings.</summary>
    public static VaultKeySource Read(IConfigurationSection section) => new()
    {
        File = section["MasterKeyFile"] is { Length: > 0 } file ? file : null,
        Text = section["MasterKey"] is { Length: > 0 } text ? new Secret(text) : null,
    };
}

/// <summary>Refuses to start without keys that can be used: a silo that could not open credentials would fail each
/// payment instead.</summary>
internal sealed class VaultOptionsValidation : IValidateOptions<VaultOptions>
{
    public ValidateOptionsResult Validate(string? name, VaultOptions options) =>
        MasterKeys.TryLoad(options, out _, out var problem)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problem);
}
