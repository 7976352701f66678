using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Json;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>Schemas and examples of bodies, from the fields that the reader enforces.</summary>
internal static class ShapeSchemas
{
    /// <summary>A reference to the shape's schema, which it puts into the document.</summary>
    public static OpenApiSchemaReference Reference(BodyShape shape, OpenApiDocument? document)
    {
        document?.AddComponent(shape.Name, Of(shape));
        return new OpenApiSchemaReference(shape.Name, document);
    }

    /// <summary>The schema of a shape.</summary>
    public static OpenApiSchema Of(BodyShape shape) => new()
    {
        Type = JsonSchemaType.Object,
        AdditionalPropertiesAllowed = false,
        Properties = shape.Fields.ToDictionary(
            field => field.Name, field => (IOpenApiSchema)Of(field), StringComparer.Ordinal),
        Required = shape.Fields.Where(field => field.IsRequired).Select(field => field.Name).ToHashSet(
            StringComparer.Ordinal),
    };

    /// <summary>A body with the fields that have an example: what is needed, and the details of one method
    /// alone.</summary>
    public static JsonObject Example(BodyShape shape)
    {
        var example = new JsonObject();
        foreach (var field in shape.Fields)
        {
            if (field is { Form: ObjectForm form } and ({ IsRequired: true } or { Name: "upi" or "customer" }))
            {
                example[field.Name] = Example(form.Shape);
            }
            else if (field is { Form: not ObjectForm, Example: { } value })
            {
                example[field.Name] = JsonNode.Parse(value);
            }
        }

        return example;
    }

    private static OpenApiSchema Of(Field field)
    {
        var schema = field.Form.Schema();
        schema.Description = field.Meaning;
        if (!field.IsRequired)
        {
            schema.Type |= JsonSchemaType.Null;
            schema.Enum?.Add(JsonNullSentinel.JsonNull);
        }

        return schema;
    }
}
