using System.Collections;
using System.Text.Json;

namespace PaymentCluster.Storage.Tests;

/// <summary>Compares two objects by all that they keep, whatever they themselves call equal.</summary>
internal static class Difference
{
    /// <summary>Where two objects differ first, and how; null if nowhere.</summary>
    public static string? Between(object? sent, object? arrived, string path = "it")
    {
        if (sent is null || arrived is null)
        {
            return ReferenceEquals(sent, arrived)
                ? null
                : $"{path}: sent {sent ?? "null"}, arrived {arrived ?? "null"}";
        }

        if (sent.GetType() != arrived.GetType())
        {
            return $"{path}: sent a {sent.GetType()}, arrived a {arrived.GetType()}";
        }

        if (sent is IDictionary sentPairs)
        {
            return BetweenPairs(sentPairs, (IDictionary)arrived, path);
        }

        if (sent is IEnumerable sentItems and not string)
        {
            return BetweenItems([.. sentItems.Cast<object?>()], [.. ((IEnumerable)arrived).Cast<object?>()], path);
        }

        if (sent.GetType().IsDefined(typeof(GenerateSerializerAttribute), inherit: false) && !sent.GetType().IsEnum)
        {
            return Filler.Fields(sent.GetType())
                .Select(field => Between(field.GetValue(sent), field.GetValue(arrived), $"{path}.{field.Name}"))
                .FirstOrDefault(difference => difference is not null);
        }

        if (sent is JsonElement sentJson)
        {
            return JsonElement.DeepEquals(sentJson, (JsonElement)arrived)
                ? null
                : $"{path}: sent {sent}, arrived {arrived}";
        }

        return sent.Equals(arrived) ? null : $"{path}: sent {sent}, arrived {arrived}";
    }

    private static string? BetweenPairs(IDictionary sent, IDictionary arrived, string path) =>
        sent.Count != arrived.Count
            ? $"{path}: sent {sent.Count} pairs, arrived {arrived.Count}"
            : sent.Keys.Cast<object>()
                .Select(key => Between(sent[key], arrived[key], $"{path}[{key}]"))
                .FirstOrDefault(difference => difference is not null);

    private static string? BetweenItems(object?[] sent, object?[] arrived, string path) =>
        sent.Length != arrived.Length
            ? $"{path}: sent {sent.Length} items, arrived {arrived.Length}"
            : sent.Select((item, index) => Between(item, arrived[index], $"{path}[{index}]"))
                .FirstOrDefault(difference => difference is not null);
}
