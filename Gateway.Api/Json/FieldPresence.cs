namespace PaymentCluster.Gateway.Api.Json;

/// <summary>A field that a body must have.</summary>
internal sealed record RequiredField<T> : Field<T>
{
    private readonly Form<T> _form;

    internal RequiredField(string name, string meaning, Form<T> form)
        : base(name, meaning) => _form = form;

    public override Form<T> Form => _form;

    public override bool IsRequired => true;

    /// <exception cref="InvalidOperationException">The body has none: it was read although it is to be
    /// refused.</exception>
    public override T Get(in Slot slot) => slot.HasValue
        ? _form.Get(slot)
        : throw new InvalidOperationException($"'{Name}' was read from a body that is to be refused.");

    /// <summary>The field where it may be left out, with what it is then.</summary>
    public Field<T> Or(T absent) => new DefaultedField<T>(this, absent);
}

/// <summary>A field that a body may lack, and which then has a default.</summary>
internal sealed record DefaultedField<T> : Field<T>
{
    private readonly Form<T> _form;
    private readonly T _absent;

    internal DefaultedField(RequiredField<T> field, T absent)
        : base((Field)field) => (_form, _absent) = (field.Form, absent);

    public override Form Form => _form;

    public override T Get(in Slot slot) => slot.HasValue ? _form.Get(slot) : _absent;
}

/// <summary>A field that a body may lack, and which then is null.</summary>
internal sealed record OptionalField<T> : Field<T?>
    where T : class
{
    private readonly Form<T> _form;

    internal OptionalField(RequiredField<T> field)
        : base((Field)field) => _form = field.Form;

    public override Form Form => _form;

    public override T? Get(in Slot slot) => slot.HasValue ? _form.Get(slot) : null;
}

/// <summary>A field that a body may lack, and which then is null, of a type that has no null of its own.</summary>
internal sealed record OptionalValueField<T> : Field<T?>
    where T : struct
{
    private readonly Form<T> _form;

    internal OptionalValueField(RequiredField<T> field)
        : base((Field)field) => _form = field.Form;

    public override Form Form => _form;

    public override T? Get(in Slot slot) => slot.HasValue ? _form.Get(slot) : null;
}

/// <summary>Makes fields optional.</summary>
internal static class OptionalFields
{
    /// <summary>The field where it may be left out.</summary>
    public static Field<T?> Optional<T>(this RequiredField<T> field)
        where T : class => new OptionalField<T>(field);
}

/// <summary>Makes fields optional whose type has no null of its own.</summary>
internal static class OptionalValueFields
{
    /// <summary>The field where it may be left out.</summary>
    public static Field<T?> Optional<T>(this RequiredField<T> field)
        where T : struct => new OptionalValueField<T>(field);
}
