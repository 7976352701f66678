using System.Collections.Immutable;

namespace PaymentCluster.Gateway.Api.Json;

/// <summary>The fields that an object in a body may have; it has no others.</summary>
internal sealed class BodyShape
{
    public BodyShape(string name, params ImmutableArray<Field> fields)
    {
        Name = name;
        Fields = fields;
        IsRequired = fields.Any(field => field.IsRequired);
        InNameOrder = [.. Enumerable.Range(0, fields.Length).OrderBy(
            index => fields[index].Name, StringComparer.Ordinal)];
    }

    /// <summary>The name of its schema in the OpenAPI document.</summary>
    public string Name { get; }

    public ImmutableArray<Field> Fields { get; }

    /// <summary>Whether a body is needed at all.</summary>
    public bool IsRequired { get; }

    /// <summary>The fields' indexes in the order of their names: the canonical order.</summary>
    public ImmutableArray<int> InNameOrder { get; }

    /// <summary>The place of one of the shape's fields: the field itself, not one that looks like it.</summary>
    public int IndexOf(Field field)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (ReferenceEquals(Fields[i], field))
            {
                return i;
            }
        }

        throw new ArgumentException($"{Name} has no such field '{field.Name}'.", nameof(field));
    }
}
