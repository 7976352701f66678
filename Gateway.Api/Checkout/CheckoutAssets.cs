using System.Security.Cryptography;

namespace PaymentCluster.Gateway.Api.Checkout;

/// <summary>A file that goes with the page, held in memory.</summary>
public sealed class CheckoutAsset
{
    /// <summary>The pattern of <see cref="Path"/>.</summary>
    public const string Pattern = "/checkout-assets/{version}/{name}";

    private CheckoutAsset(string path, string contentType, byte[] content)
    {
        Path = path;
        ContentType = contentType;
        Content = content;
    }

    /// <summary>Where it is served; another content has another path.</summary>
    public string Path { get; }

    /// <summary>Its media type.</summary>
    public string ContentType { get; }

    /// <summary>Its bytes.</summary>
    public byte[] Content { get; }

    internal static CheckoutAsset Load(string name, string contentType)
    {
        using var stream = typeof(CheckoutAsset).Assembly.GetManifestResourceStream($"checkout.{name}")
            ?? throw new InvalidOperationException($"{name} is missing.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var content = bytes.ToArray();
        var version = Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 6));
        return new CheckoutAsset($"/checkout-assets/{version}/{name}", contentType, content);
    }
}

/// <summary>The files that go with the page.</summary>
public static class CheckoutAssets
{
    /// <summary>The page's look.</summary>
    public static CheckoutAsset Css { get; } = CheckoutAsset.Load("checkout.css", "text/css; charset=utf-8");

    /// <summary>What makes the page quicker; it works without.</summary>
    public static CheckoutAsset Js { get; } = CheckoutAsset.Load("checkout.js", "text/javascript; charset=utf-8");

    /// <summary>What shops put into their own pages.</summary>
    public static CheckoutAsset Embed { get; } = CheckoutAsset.Load("embed.js", "text/javascript; charset=utf-8");
}
