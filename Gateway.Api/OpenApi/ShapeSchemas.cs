using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>Schemas and examples of bodies, from the shapes that the reader enforces.</summary>
internal static class ShapeSchemas
{
    /// <summary>A reference to the shape's schema, which it puts into the document.</summary>
    public static OpenApiSchemaReference Reference(BodyShape shape, OpenApiDocument? document)
    {
        document?.AddComponent(shape.Name, Of(shape));
        return new OpenApiSchemaReference(shape.Name, document);
    }

    public static OpenApiSchema Of(BodyShape shape) => new()
    {
        Type = JsonSchemaType.Object,
        AdditionalPropertiesAllowed = false,
        Properties = shape.Fields.ToDictionary(
            field => field.Name, field => (IOpenApiSchema)Of(field), StringComparer.Ordinal),
        Required = shape.Fields.Where(field => field.Required).Select(field => field.Name).ToHashSet(
            StringComparer.Ordinal),
    };

    /// <summary>A body with the members that have an example: what is needed, and the details of one method
    /// alone.</summary>
    public static JsonObject Example(BodyShape shape)
    {
        var example = new JsonObject();
        foreach (var field in shape.Fields)
        {
            if (field.Kind != FieldKind.Object && field.Example is { } value)
            {
                example[field.Name] = JsonNode.Parse(value);
            }
            else if (field is { Kind: FieldKind.Object } and ({ Required: true } or { Name: "upi" or "customer" }))
            {
                example[field.Name] = Example(field.Shape!);
            }
        }

        return example;
    }

    private static OpenApiSchema Of(Field field)
    {
        var schema = field switch
        {
            { Kind: FieldKind.List } => new OpenApiSchema
            {
                Items = Of(field.Shape!), MinItems = (int)field.Min, MaxItems = (int)field.Max,
            },
            { Kind: FieldKind.TextList } => new OpenApiSchema { Items = TextOf(field), MaxItems = field.MaxCount },
            { Shape: { } shape } => Of(shape),
            _ => new OpenApiSchema(),
        };
        schema.Description = field.Meaning;
        schema.Type = field.Kind switch
        {
            FieldKind.Integer => JsonSchemaType.Integer,
            FieldKind.Flag => JsonSchemaType.Boolean,
            FieldKind.Object or FieldKind.TextMap => JsonSchemaType.Object,
            FieldKind.List or FieldKind.TextList => JsonSchemaType.Array,
            FieldKind.Text or FieldKind.CardNumber or FieldKind.SecurityCode => JsonSchemaType.String,
        };
        switch (field.Kind)
        {
            case FieldKind.Integer:
                schema.Format = "int64";
                schema.Minimum = field.Min.ToString(CultureInfo.InvariantCulture);
                schema.Maximum = field.Max.ToString(CultureInfo.InvariantCulture);
                break;
            case FieldKind.TextMap:
                schema.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String };
                break;
            case FieldKind.Text:
                Describe(field, schema);
                break;
            case FieldKind.CardNumber or FieldKind.SecurityCode:
                schema.Format = "password";
                break;
        }

        if (!field.Required)
        {
            schema.Type |= JsonSchemaType.Null;
            schema.Enum?.Add(JsonNullSentinel.JsonNull);
        }

        return schema;
    }

    private static OpenApiSchema TextOf(Field field)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.String };
        Describe(field, schema);
        return schema;
    }

    private static void Describe(Field field, OpenApiSchema schema)
    {
        schema.MinLength = (int)field.Min;
        schema.MaxLength = (int)field.Max;
        schema.Pattern = field.Form?.ToString();
        schema.Enum = field.Choices.IsEmpty ? null : [.. field.Choices.Select(choice => (JsonNode)choice)];
    }
}
