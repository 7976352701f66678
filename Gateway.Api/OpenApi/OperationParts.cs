using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PaymentCluster.Gateway.Api.Access;
using PaymentCluster.Gateway.Api.Errors;
using PaymentCluster.Gateway.Api.Idempotency;
using PaymentCluster.Gateway.Api.Json;
using PaymentCluster.Gateway.Api.Merchants;
using PaymentCluster.Gateway.Api.Payments;
using PaymentCluster.Gateway.Api.Queries;
using PaymentCluster.Grains.Abstractions.Errors;
using PaymentCluster.Grains.Abstractions.Merchants;

namespace PaymentCluster.Gateway.Api.OpenApi;

/// <summary>What the document says of each operation, taken from what the operation enforces.</summary>
internal static class OperationParts
{
    public static async Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var api = metadata.OfType<ApiOperation>().Last();
        var policy = AccessPolicies.Of(metadata);
        operation.OperationId = api.Id;
        operation.Parameters =
        [
            .. PathParameters(context.Description.RelativePath ?? ""), .. api.Query.Select(Parameter), .. Headers(api),
        ];
        operation.RequestBody = Body(api, context.Document);
        operation.Security = Security(policy, context.Document);
        operation.Responses ??= [];
        foreach (var known in api.Responses)
        {
            if (operation.Responses.TryGetValue(Text(known.Status), out var response))
            {
                response.Description = known.Meaning;
                if (known is { Type: null, Status: StatusCodes.Status200OK } && response is OpenApiResponse plain)
                {
                    plain.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                    {
                        [known.ContentType] = new(),
                    };
                }

                if (known.PageType is { } seen)
                {
                    await DescribePageAsync(response, seen, context, cancellation);
                }
            }
        }

        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemResponse), null, cancellation);
        context.Document?.AddComponent(nameof(ProblemResponse), problem);
        var entries = ErrorsOf(api, policy).Distinct().Select(code => code.Entry());
        foreach (var group in entries.GroupBy(entry => entry.HttpStatus).OrderBy(group => group.Key))
        {
            operation.Responses[Text(group.Key)] = new OpenApiResponse
            {
                Description = string.Join(
                    "\n", group.OrderBy(entry => entry.Code).Select(entry => $"- `{entry.Name}`: {entry.Meaning}")),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [Problem.ContentType] = new()
                    {
                        Schema = new OpenApiSchemaReference(
                        nameof(ProblemResponse), context.Document)
                    },
                },
            };
        }

        ResponseHeaders.Describe(operation, api, policy is not null);
    }

    // What a page reads is a type of its own.
    private static async Task DescribePageAsync(
        IOpenApiResponse response,
        Type seen,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellation)
    {
        if (response.Content is { } content
            && content.TryGetValue(JsonResponse.ContentType, out var found)
            && found is OpenApiMediaType { Schema: { } own } media)
        {
            var schema = await context.GetOrCreateSchemaAsync(seen, null, cancellation);
            AllowNulls(schema, seen);
            context.Document?.AddComponent(seen.Name, schema);
            media.Schema = new OpenApiSchema
            {
                OneOf = [own, new OpenApiSchemaReference(seen.Name, context.Document)],
            };
        }
    }

    // A schema that is made by hand has its objects in place, and not as references beside null.
    private static void AllowNulls(OpenApiSchema schema, Type type)
    {
        foreach (var member in GatewayJson.Default.GetTypeInfo(type)!.Properties.Where(member => member.IsGetNullable))
        {
            if (schema.Properties?[member.Name] is OpenApiSchema { Type: JsonSchemaType.Object } inner)
            {
                schema.Properties[member.Name] = new OpenApiSchema
                {
                    OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, inner],
                };
            }
        }
    }

    /// <summary>Every error that a call can return.</summary>
    private static IEnumerable<ErrorCode> ErrorsOf(ApiOperation api, string? policy)
    {
        IEnumerable<ErrorCode> errors = [.. api.Errors, ErrorCode.Unavailable, ErrorCode.InternalError];
        if (!api.TakesAnyQuery)
        {
            errors = errors.Append(ErrorCode.InvalidField);
        }

        if (policy is not null)
        {
            errors = errors.Concat([ErrorCode.AuthenticationRequired, ErrorCode.ApiKeyInvalid, ErrorCode.RateLimited]);
        }

        // The administrator's key has no limits.
        if (policy is not (null or AccessPolicies.Admin or AccessPolicies.Operator))
        {
            errors = errors.Concat([ErrorCode.ApiKeyExpired, ErrorCode.NetworkNotAllowed]);
        }

        // A client secret opens one payment; a publishable key creates what a server signed.
        if (policy is AccessPolicies.Secret)
        {
            errors = errors.Append(ErrorCode.PermissionDenied);
        }

        if (policy is AccessPolicies.Publishable or AccessPolicies.Payer or AccessPolicies.Viewer)
        {
            errors = errors.Concat([ErrorCode.PermissionDenied, ErrorCode.OriginNotRegistered]);
        }

        if (api.TakesBytes)
        {
            errors = errors.Concat([ErrorCode.BodyTooLarge, ErrorCode.Overloaded]);
        }

        if (api.Body is not null || api.TakesSecrets)
        {
            errors = errors.Concat(
            [
                ErrorCode.MalformedJson, ErrorCode.UnknownField, ErrorCode.DuplicateField, ErrorCode.MissingField,
                ErrorCode.InvalidField, ErrorCode.BodyTooLarge, ErrorCode.UnsupportedMediaType, ErrorCode.Overloaded,
            ]);
        }

        if (api.TakesCards)
        {
            errors = errors.Append(ErrorCode.HttpsRequired);
        }

        return api.TakesIdempotencyKey ? errors.Concat(
            [ErrorCode.IdempotencyKeyInvalid, ErrorCode.IdempotencyKeyReused]) : errors;
    }

    private static IEnumerable<IOpenApiParameter> PathParameters(string path) =>
        path.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}')).Select(
            name => new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = PatternOf(name) },
            });

    private static string? PatternOf(string name) => name switch
    {
        "customer" => JsonText.SchemaPattern(PaymentPatterns.CustomerId()),
        "wallet" => JsonText.SchemaPattern(PaymentPatterns.Wallet()),
        "merchant" => MerchantId.Pattern,
        "provider" => MerchantNames.ProviderPattern,
        _ => null,
    };

    private static OpenApiParameter Parameter(QueryParameter query)
    {
        var schema = new OpenApiSchema { Type = JsonSchemaType.String };
        if (query.Bounds is { } bounds)
        {
            schema.Type = JsonSchemaType.Integer;
            schema.Minimum = Text(bounds.Min);
            schema.Maximum = Text(bounds.Max);
        }

        schema.Pattern = query.Pattern;
        if (query.IsFlag)
        {
            schema.Type = JsonSchemaType.Boolean;
        }

        if (query.IsTime)
        {
            schema.Format = "date-time";
        }

        if (query.Choices.Length > 0)
        {
            schema.Enum = [.. query.Choices.Select(choice => (JsonNode)choice)];
        }

        return new OpenApiParameter
        {
            Name = query.Name,
            In = ParameterLocation.Query,
            Description = query.Meaning,
            Schema = schema,
        };
    }

    private static IEnumerable<IOpenApiParameter> Headers(ApiOperation api)
    {
        if (api.TakesIdempotencyKey)
        {
            yield return Header(
                IdempotencyKey.Header,
                "Your name for this request: repeating it has no second effect.",
                IdempotencyKey.MaxLength);
        }

        if (api.TakesIfMatch)
        {
            yield return Header("If-Match", "The ETag that you read: later changes are not overwritten.", null);
        }

        if (api.Responses.Any(response => response.ContentType == "text/event-stream"))
        {
            yield return Header("Last-Event-ID", "The id of the last event that you received.", null);
        }

        if (api.Responses.Any(response => response.Status == StatusCodes.Status304NotModified))
        {
            yield return Header(
                "If-None-Match", "The ETag that you have: an unchanged payment is not sent again.", null);
        }
    }

    private static OpenApiParameter Header(string name, string meaning, int? maxLength) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = meaning,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = maxLength },
    };

    private static OpenApiRequestBody? Body(ApiOperation api, OpenApiDocument? document)
    {
        IOpenApiSchema? schema = api switch
        {
            { Body: { } shape, PageBody: { } page } => new OpenApiSchema
            {
                OneOf = [ShapeSchemas.Reference(shape, document), ShapeSchemas.Reference(page, document)],
            },
            { Body: { } shape } => ShapeSchemas.Reference(shape, document),
            { TakesSecrets: true } => new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String, Format = "password" },
                MinProperties = 1,
                Description = "Each credential under its name at the provider.",
            },
            { TakesBytes: true } => new OpenApiSchema(),
            _ => null,
        };
        return schema is null
            ? null
            : new OpenApiRequestBody
            {
                Required = api.Body?.IsRequired ?? api.TakesSecrets,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [api.TakesBytes ? "*/*" : JsonResponse.ContentType] = new()
                    {
                        Schema = schema,
                        Example = api.Body is { } body ? ShapeSchemas.Example(body) : null,
                    },
                },
            };
    }

    private static List<OpenApiSecurityRequirement> Security(string? policy, OpenApiDocument? document) => policy switch
    {
        null => [],
        AccessPolicies.Admin => [new() { [new OpenApiSecuritySchemeReference(DocumentParts.AdminKey, document)] = [] }],
        _ => [new() { [new OpenApiSecuritySchemeReference(
            DocumentParts.MerchantKey, document)] = [] }],
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
