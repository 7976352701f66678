using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using Orleans.Serialization;
using Copies = System.Collections.Generic.Dictionary<object, object>;

namespace Orleans.Calls;

/// <summary>Keeps caller and grain from sharing what either could change. It refuses what Orleans does.</summary>
internal static class Copier
{
    private const BindingFlags Own =
        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // How to copy a value of the type; null if it is passed on as it is.
    private static readonly ConcurrentDictionary<Type, Func<object, Copies, object>?> Plans = new(
        new[]
        {
            typeof(object), typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset),
            typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(Uri), typeof(CancellationToken),
        }.Select(type => KeyValuePair.Create(type, (Func<object, Copies, object>?)null)));

    private static readonly Dictionary<Type, string> Collections = new()
    {
        [typeof(List<>)] = nameof(CopyList),
        [typeof(Dictionary<,>)] = nameof(CopyDictionary),
        [typeof(ReadOnlyMemory<>)] = nameof(CopyMemory),
        [typeof(ImmutableArray<>)] = nameof(CopyImmutableArray),
        [typeof(ImmutableDictionary<,>)] = nameof(CopyImmutableDictionary),
    };

    private static readonly Func<object, object> Clone = typeof(object)
        .GetMethod(nameof(MemberwiseClone), Own)!.CreateDelegate<Func<object, object>>();

    private static readonly HashSet<Type> Underway = [];

    /// <exception cref="CodecNotFoundException">The value holds a type that cannot cross a call.</exception>
    public static object? Copy(object? value) =>
        value is null || PlanOf(value.GetType()) is not { } copy
            ? value
            : copy(value, new(ReferenceEqualityComparer.Instance));

    // Objects that were copied already stay one object, however often and from wherever they are referred to.
    private static object CopyOf(object value, Copies copies) =>
        PlanOf(value.GetType()) is not { } copy ? value
        : copies.TryGetValue(value, out var known) ? known
        : copy(value, copies);

    private static T CopyOf<T>(T value, Copies copies) => value is null ? value : (T)CopyOf((object)value, copies);

    /// <summary>Whether every value that this declared type can hold is passed on as it is.</summary>
    private static bool Passes(Type declared)
    {
        declared = Nullable.GetUnderlyingType(declared) ?? declared;
        return declared != typeof(object) && !declared.IsInterface && !declared.IsAbstract
            && PlanOf(declared) is null && (declared.IsSealed || declared.IsValueType);
    }

    private static Func<object, Copies, object>? PlanOf(Type type)
    {
        if (Plans.TryGetValue(type, out var plan))
            return plan;
        lock (Underway)
        {
            // A type that holds itself is looked at again when a value of it is copied.
            if (!Underway.Add(type))
                return CopyOf;
            try
            {
                return Plans[type] = Make(type);
            }
            finally
            {
                Underway.Remove(type);
            }
        }
    }

    private static Func<object, Copies, object>? Make(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || typeof(Exception).IsAssignableFrom(type)
            || typeof(GrainReference).IsAssignableFrom(type))
        {
            return null;
        }

        if (type.IsArray)
            return Generic(nameof(CopyArray), type.GetElementType()!);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return MakeAnnotated(type);
        if (type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
            return Fieldwise(type.GetFields());
        if (!type.IsGenericType || !Collections.TryGetValue(type.GetGenericTypeDefinition(), out var collection))
            throw NoSerializer(type, "it has no [GenerateSerializer] and is no collection that can cross a call");
        var arguments = type.GetGenericArguments();
        var allPass = arguments.Select(Passes).ToArray().All(passes => passes);
        return allPass && type.Namespace == typeof(ImmutableArray).Namespace ? null : Generic(collection, arguments);
    }

    private static Func<object, Copies, object> Generic(string method, params Type[] arguments) =>
        typeof(Copier).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(arguments).CreateDelegate<Func<object, Copies, object>>();

    private static Func<object, Copies, object>? MakeAnnotated(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var level = type; level is not null; level = level.BaseType)
            fields.AddRange(level.GetFields(Own));
        var ids = new HashSet<(Type?, uint)>();
        foreach (var field in fields)
        {
            // The property behind a compiler's field, or the field itself.
            var member = field.Name[0] != '<' ? field
                : field.DeclaringType!.GetProperty(field.Name[1..field.Name.IndexOf('>')], Own) ?? (MemberInfo)field;
            if (member.GetCustomAttribute<IdAttribute>() is not { } id || !ids.Add((field.DeclaringType, id.Id)))
                throw NoSerializer(type, $"{member.Name} has no [Id] of its own");
            Passes(field.FieldType);
        }

        return type.IsDefined(typeof(ImmutableAttribute), inherit: false) ? null : Fieldwise(fields);
    }

    private static Func<object, Copies, object> Fieldwise(IEnumerable<FieldInfo> fields)
    {
        var copied = fields.Where(field => !Passes(field.FieldType)).ToArray();
        return (value, copies) =>
        {
            var copy = copies[value] = Clone(value);
            foreach (var field in copied)
            {
                if (field.GetValue(value) is { } held)
                    field.SetValue(copy, CopyOf(held, copies));
            }

            return copy;
        };
    }

    private static CodecNotFoundException NoSerializer(Type type, string why) =>
        new($"Could not find a codec for type {type.FullName}: {why}.");

    // All of these become one kind of delegate, which returns an object.
#pragma warning disable CA1859
    private static object CopyArray<T>(object value, Copies copies)
    {
        var copy = (T[])((T[])value).Clone();
        copies[value] = copy;
        if (!Passes(typeof(T)))
        {
            for (var i = 0; i < copy.Length; i++)
                copy[i] = CopyOf(copy[i], copies);
        }

        return copy;
    }

    private static object CopyList<T>(object value, Copies copies)
    {
        var copy = new List<T>(((List<T>)value).Count);
        copies[value] = copy;
        copy.AddRange(((List<T>)value).Select(element => CopyOf(element, copies)));
        return copy;
    }

    private static object CopyDictionary<TKey, TValue>(object value, Copies copies) where TKey : notnull
    {
        var copy = new Dictionary<TKey, TValue>(((Dictionary<TKey, TValue>)value).Comparer);
        copies[value] = copy;
        foreach (var (key, held) in (Dictionary<TKey, TValue>)value)
            copy.Add(CopyOf(key, copies), CopyOf(held, copies));
        return copy;
    }

    private static object CopyMemory<T>(object value, Copies copies) =>
        new ReadOnlyMemory<T>((T[])CopyArray<T>(((ReadOnlyMemory<T>)value).ToArray(), copies));

    private static object CopyImmutableArray<T>(object value, Copies copies) => ((ImmutableArray<T>)value).IsDefault
        ? value
        : ((ImmutableArray<T>)value).Select(element => CopyOf(element, copies)).ToImmutableArray();

    private static object CopyImmutableDictionary<TKey, TValue>(object value, Copies copies) where TKey : notnull
    {
        var original = (ImmutableDictionary<TKey, TValue>)value;
        return original.ToImmutableDictionary(
            pair => CopyOf(pair.Key, copies), pair => CopyOf(pair.Value, copies),
            original.KeyComparer, original.ValueComparer);
    }
#pragma warning restore CA1859
}
