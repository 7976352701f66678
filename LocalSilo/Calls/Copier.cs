using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using Orleans.Serialization;

namespace Orleans.Calls;

/// <summary>Keeps caller and grain from sharing what either could change. What it refuses, Orleans' serializer refuses.</summary>
internal static class Copier
{
    private static readonly Plan PassedOn = new((Func<object, References, object>?)null);

    // A type that holds itself is looked at again when a value of it is copied.
    private static readonly Plan Underway = new(CopyOf);
    private static readonly ConcurrentDictionary<Type, Plan> Plans = new(
        new[]
        {
            typeof(object), typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset),
            typeof(TimeSpan), typeof(DateOnly), typeof(TimeOnly), typeof(Int128), typeof(UInt128), typeof(Half), typeof(Uri),
            typeof(Version), typeof(IPAddress), typeof(IPEndPoint), typeof(CancellationToken), typeof(Nothing), typeof(Runtime.GrainId),
        }.Select(type => KeyValuePair.Create(type, PassedOn)));

    private static readonly Func<object, object> Clone = typeof(object)
        .GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    [ThreadStatic]
    private static HashSet<Type>? _underway;

    /// <summary>Whether every value that this declared type can hold is passed on as it is.</summary>
    /// <exception cref="CodecNotFoundException">The type cannot cross a call.</exception>
    public static bool Passes(Type declared)
    {
        declared = Nullable.GetUnderlyingType(declared) ?? declared;
        return declared != typeof(object) && !declared.IsInterface && !declared.IsAbstract
            && PlanOf(declared).Copy is null && (declared.IsSealed || declared.IsValueType);
    }

    /// <summary>Looks at what a method declares to take and return.</summary>
    /// <exception cref="CodecNotFoundException">A type of it cannot cross a call.</exception>
    public static void RequireSerializers(MethodInfo method)
    {
        foreach (var type in method.GetParameters().Select(parameter => parameter.ParameterType)
            .Concat(method.ReturnType.GetGenericArguments()))
        {
            Passes(type);
        }
    }

    public static object? Copy(object? value) => value is null ? null : CopyOf(value, new References());

    public static T CopyOf<T>(T value) => value is null || Declared<T>.Passes ? value : (T)CopyOf(value, new References());

    public static ImmutableDictionary<string, object>? CopyContext(ImmutableDictionary<string, object>? values)
    {
        if (values is null)
            return null;
        foreach (var (key, value) in values)
            values = values.SetItem(key, Copy(value)!);
        return values;
    }

    private static object CopyOf(object value, References references)
    {
        if (PlanOf(value.GetType()).Copy is not { } copy)
            return value;
        return references.TryGet(value, out var known) ? known : copy(value, references);
    }

    private static Plan PlanOf(Type type)
    {
        if (Plans.TryGetValue(type, out var plan))
            return plan;

        var underway = _underway ??= [];
        if (!underway.Add(type))
            return Underway;
        try
        {
            return Plans[type] = Make(type);
        }
        finally
        {
            underway.Remove(type);
        }
    }

    private static Plan Make(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || typeof(Exception).IsAssignableFrom(type) || typeof(Type).IsAssignableFrom(type))
            return PassedOn;
        if (typeof(GrainReference).IsAssignableFrom(type))
            return PassedOn;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return PlanOf(underlying);
        if (type.IsArray)
            return Generic(nameof(CopyArray), type.GetElementType()!);
        if (type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return MakeAnnotated(type);
        if (!type.IsGenericType)
            throw NoSerializer(type, "it has no [GenerateSerializer]");

        var arguments = type.GetGenericArguments();
        var definition = type.GetGenericTypeDefinition();
        if (definition.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || definition.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal)
            || definition == typeof(KeyValuePair<,>))
        {
            return MakeFieldwise(type, FieldsOf(type));
        }

        if (ImmutableCollections.TryGetValue(definition, out var rebuild))
            return arguments.All(Passes) ? PassedOn : Generic(rebuild, arguments);
        return Collections.TryGetValue(definition, out var copy)
            ? Generic(copy, arguments)
            : throw NoSerializer(type, "it has no [GenerateSerializer] and is no collection that can cross a call");
    }

    private static readonly Dictionary<Type, string> Collections = new()
    {
        [typeof(List<>)] = nameof(CopyList),
        [typeof(HashSet<>)] = nameof(CopyHashSet),
        [typeof(Dictionary<,>)] = nameof(CopyDictionary),
        [typeof(ReadOnlyMemory<>)] = nameof(CopyReadOnlyMemory),
        [typeof(Memory<>)] = nameof(CopyMemory),
    };

    private static readonly Dictionary<Type, string> ImmutableCollections = new()
    {
        [typeof(ImmutableArray<>)] = nameof(CopyImmutableArray),
        [typeof(ImmutableList<>)] = nameof(CopyImmutableList),
        [typeof(ImmutableHashSet<>)] = nameof(CopyImmutableHashSet),
        [typeof(ImmutableDictionary<,>)] = nameof(CopyImmutableDictionary),
        [typeof(ImmutableSortedDictionary<,>)] = nameof(CopyImmutableSortedDictionary),
    };

    private static Plan Generic(string method, params Type[] arguments)
    {
        foreach (var argument in arguments)
            Passes(argument);
        return new(typeof(Copier).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(arguments).CreateDelegate<Func<object, References, object>>());
    }

    private static Plan MakeAnnotated(Type type)
    {
        var fields = FieldsOf(type);
        var ids = new HashSet<(Type?, uint)>();
        foreach (var field in fields)
        {
            var member = MemberOf(field);
            if (member.GetCustomAttribute<IdAttribute>() is not { } id)
                throw NoSerializer(type, $"{field.DeclaringType!.Name}.{member.Name} has no [Id]");
            if (!ids.Add((field.DeclaringType, id.Id)))
                throw NoSerializer(type, $"{field.DeclaringType!.Name}.{member.Name} has the [Id] of another member");
            Passes(field.FieldType);
        }

        return type.IsDefined(typeof(ImmutableAttribute), inherit: false) ? PassedOn : MakeFieldwise(type, fields);
    }

    private static Plan MakeFieldwise(Type type, List<FieldInfo> fields)
    {
        var copied = fields.Where(
            field => !Passes(field.FieldType) && !MemberOf(field).IsDefined(typeof(ImmutableAttribute))).ToArray();
        if (type.IsValueType && copied.Length == 0)
            return PassedOn;
        return new((value, references) =>
        {
            var copy = Clone(value);
            references.Add(value, copy);
            foreach (var field in copied)
            {
                if (field.GetValue(value) is { } held)
                    field.SetValue(copy, CopyOf(held, references));
            }

            return copy;
        });
    }

    private static List<FieldInfo> FieldsOf(Type type)
    {
        var fields = new List<FieldInfo>();
        for (var level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            fields.AddRange(level.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        }

        return fields;
    }

    /// <summary>The property behind a compiler's field, or the field itself.</summary>
    private static MemberInfo MemberOf(FieldInfo field) =>
        field.Name.StartsWith('<') && field.DeclaringType!.GetProperty(field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)],
            BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is { } property
            ? property
            : field;

    private static CodecNotFoundException NoSerializer(Type type, string why) =>
        new($"Could not find a codec for type {type.FullName}: {why}.");

    private static T Element<T>(T element, References references) =>
        element is null || Declared<T>.Passes ? element : (T)CopyOf(element, references);

    // All of these become one kind of delegate, which returns an object.
#pragma warning disable CA1859
    private static object CopyArray<T>(object value, References references)
    {
        var copy = (T[])((T[])value).Clone();
        references.Add(value, copy);
        for (var i = 0; i < copy.Length && !Declared<T>.Passes; i++)
            copy[i] = Element(copy[i], references);
        return copy;
    }

    private static object CopyList<T>(object value, References references)
    {
        var copy = new List<T>(((List<T>)value).Count);
        references.Add(value, copy);
        copy.AddRange(((List<T>)value).Select(element => Element(element, references)));
        return copy;
    }

    private static object CopyHashSet<T>(object value, References references)
    {
        var copy = new HashSet<T>(((HashSet<T>)value).Comparer);
        references.Add(value, copy);
        copy.UnionWith(((HashSet<T>)value).Select(element => Element(element, references)));
        return copy;
    }

    private static object CopyDictionary<TKey, TValue>(object value, References references) where TKey : notnull
    {
        var copy = new Dictionary<TKey, TValue>(((Dictionary<TKey, TValue>)value).Comparer);
        references.Add(value, copy);
        foreach (var (key, held) in (Dictionary<TKey, TValue>)value)
            copy.Add(Element(key, references), Element(held, references));
        return copy;
    }

    private static object CopyReadOnlyMemory<T>(object value, References references) =>
        new ReadOnlyMemory<T>((T[])CopyArray<T>(((ReadOnlyMemory<T>)value).ToArray(), references));

    private static object CopyMemory<T>(object value, References references) =>
        new Memory<T>((T[])CopyArray<T>(((Memory<T>)value).ToArray(), references));

    private static object CopyImmutableArray<T>(object value, References references) => ((ImmutableArray<T>)value).IsDefault
        ? value
        : ((ImmutableArray<T>)value).Select(element => Element(element, references)).ToImmutableArray();

    private static object CopyImmutableList<T>(object value, References references) =>
        ((ImmutableList<T>)value).Select(element => Element(element, references)).ToImmutableList();

    private static object CopyImmutableHashSet<T>(object value, References references) => ((ImmutableHashSet<T>)value)
        .Select(element => Element(element, references)).ToImmutableHashSet(((ImmutableHashSet<T>)value).KeyComparer);

    private static object CopyImmutableDictionary<TKey, TValue>(object value, References references) where TKey : notnull =>
        ((ImmutableDictionary<TKey, TValue>)value).ToImmutableDictionary(
            pair => Element(pair.Key, references), pair => Element(pair.Value, references),
            ((ImmutableDictionary<TKey, TValue>)value).KeyComparer, ((ImmutableDictionary<TKey, TValue>)value).ValueComparer);

    private static object CopyImmutableSortedDictionary<TKey, TValue>(object value, References references) where TKey : notnull =>
        ((ImmutableSortedDictionary<TKey, TValue>)value).ToImmutableSortedDictionary(
            pair => Element(pair.Key, references), pair => Element(pair.Value, references),
            ((ImmutableSortedDictionary<TKey, TValue>)value).KeyComparer);

#pragma warning restore CA1859

    private sealed record Plan(Func<object, References, object>? Copy);

    /// <summary>Decided once per type argument; a type that cannot cross is found by the copying itself.</summary>
    private static class Declared<T>
    {
        public static readonly bool Passes = PassesOrFails();

        private static bool PassesOrFails()
        {
            try
            {
                return Copier.Passes(typeof(T));
            }
            catch (CodecNotFoundException)
            {
                return false;
            }
        }
    }

    /// <summary>What has been copied already, so that shared and circular references stay what they are.</summary>
    private sealed class References
    {
        private Dictionary<object, object>? _copies;

        public void Add(object value, object copy) =>
            (_copies ??= new(ReferenceEqualityComparer.Instance)).TryAdd(value, copy);

        public bool TryGet(object value, out object copy)
        {
            copy = null!;
            return _copies?.TryGetValue(value, out copy!) == true;
        }
    }
}
