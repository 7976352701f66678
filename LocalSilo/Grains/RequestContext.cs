using System.Collections.Immutable;

namespace Orleans.Runtime;

/// <summary>Values that travel with a call to everything it calls in turn, and never back.</summary>
public static class RequestContext
{
    private static readonly AsyncLocal<ImmutableDictionary<string, object>?> Values = new();

    internal static ImmutableDictionary<string, object>? Current
    {
        get => Values.Value;
        set => Values.Value = value;
    }

    /// <summary>The value of a key, or null.</summary>
    public static object? Get(string key) => Current?.GetValueOrDefault(key);

    /// <summary>Sets a value, from here on.</summary>
    public static void Set(string key, object value) =>
        Current = (Current ?? ImmutableDictionary<string, object>.Empty).SetItem(key, value);

    /// <summary>Takes a value back, from here on.</summary>
    public static void Remove(string key) => Current = Current?.Remove(key);
}
