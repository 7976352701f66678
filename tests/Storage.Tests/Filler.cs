using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PaymentCluster.Storage.Tests;

/// <summary>Makes objects of any message type, field by field, so that it need know neither constructors nor which
/// numbered members.</summary>
internal sealed class Filler(Assembly[] assemblies)
{
    // A message that holds others of its kind ends here.
    private const int MostDepth = 6;

    private readonly NullabilityInfoContext _nullability = new();
    private int _number;

    /// <summary>An object with every field set, no two alike as far as their types allow.</summary>
    public object Most(Type type) => Make(type, depth: 0);

    /// <summary>An object with nulls where they may be, empty collections, zeros, and <c>false</c>.</summary>
    public object Least(Type type) => Make(type, MostDepth);

    private object Make(Type type, int depth)
    {
        var least = depth >= MostDepth;
        var number = least ? 0 : ++_number;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return least ? "" : $"text {number}";
        }

        if (type == typeof(bool))
        {
            return !least;
        }

        if (type == typeof(DateTimeOffset))
        {
            return new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(number);
        }

        if (type == typeof(DateOnly))
        {
            return new DateOnly(2026, 1, 1).AddDays(number);
        }

        if (type == typeof(TimeSpan))
        {
            return TimeSpan.FromSeconds(number);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(number % Enum.GetValues(type).Length)!;
        }

        if (type.IsPrimitive)
        {
            return Convert.ChangeType(number % 100, type, null);
        }

        if (type == typeof(Guid))
        {
            return new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        }

        if (type.IsArray)
        {
            return Items(type.GetElementType()!, depth);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            return Call(nameof(ArrayOf), type, depth);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>))
        {
            return Call(nameof(DictionaryOf), type, depth);
        }

        if (type == typeof(JsonElement))
        {
            return JsonSerializer.SerializeToElement(new { later = number });
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
        {
            return Call(nameof(ChangeableDictionaryOf), type, depth);
        }

        return type.IsAbstract ? Make(Heirs(type)[number % Heirs(type).Length], depth) : MakeMessage(type, depth);
    }

    private object MakeMessage(Type type, int depth)
    {
        Assert.True(
            type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false), $"{type} crosses, but is no message");
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var field in Fields(type))
        {
            var isOptional = Nullable.GetUnderlyingType(field.FieldType) is not null
                || _nullability.Create(field).ReadState == NullabilityState.Nullable;
            if (!isOptional || depth + 1 < MostDepth)
            {
                field.SetValue(made, Make(field.FieldType, depth + 1));
            }
        }

        return made;
    }

    /// <summary>All that an object keeps, its bases' included.</summary>
    public static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
        {
            foreach (var field in level.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                yield return field;
            }
        }
    }

    private Type[] Heirs(Type type) =>
        [.. assemblies.SelectMany(assembly => assembly.GetTypes()).Where(heir =>
            !heir.IsAbstract && heir.IsAssignableTo(type))];

    private Array Items(Type type, int depth)
    {
        var items = Array.CreateInstance(type, depth >= MostDepth ? 0 : 2);
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Make(type, depth + 1), i);
        }

        return items;
    }

    private object Call(string maker, Type type, int depth) =>
        typeof(Filler).GetMethod(maker, BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [depth])!;

    private ImmutableArray<T> ArrayOf<T>(int depth) => ImmutableArray.Create((T[])Items(typeof(T), depth));

    private ImmutableDictionary<TKey, TValue> DictionaryOf<TKey, TValue>(int depth)
        where TKey : notnull => Items(typeof(TKey), depth).Cast<TKey>()
            .ToImmutableDictionary(key => key, _ => (TValue)Make(typeof(TValue), depth + 1));

    private Dictionary<TKey, TValue> ChangeableDictionaryOf<TKey, TValue>(int depth)
        where TKey : notnull => Items(typeof(TKey), depth).Cast<TKey>().Distinct()
            .ToDictionary(key => key, _ => (TValue)Make(typeof(TValue), depth + 1));
}
