using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Mice.CSharp;
using Xunit;

namespace Mice.CSharp.Tests;

public class SurfaceTests
{
    private static readonly Assembly Facade = typeof(MiceException).Assembly;

    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static bool IsVisible(MethodBase? method) =>
        method is { } m && (m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly);

    private static IEnumerable<Type> SignatureTypes(Type type)
    {
        yield return type.BaseType ?? typeof(object);

        foreach (var parent in type.GetInterfaces())
        {
            yield return parent;
        }

        foreach (var field in type.GetFields(Everything).Where(f => f.IsPublic || f.IsFamily))
        {
            yield return field.FieldType;
        }

        foreach (var constructor in type.GetConstructors(Everything).Where(IsVisible))
        {
            foreach (var parameter in constructor.GetParameters())
            {
                yield return parameter.ParameterType;
            }
        }

        foreach (var method in type.GetMethods(Everything).Where(IsVisible))
        {
            yield return method.ReturnType;

            foreach (var parameter in method.GetParameters())
            {
                yield return parameter.ParameterType;
            }
        }
    }

    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
        : [type];

    private static bool IsForeign(Type type)
    {
        var name = type.Assembly.GetName().Name ?? "";
        return name.StartsWith("FSharp", StringComparison.Ordinal)
            || (name.StartsWith("Mice.", StringComparison.Ordinal) && type.Assembly != Facade);
    }

    [Fact]
    public void NoExportedSignatureMentionsAnFSharpType()
    {
        var found =
            from type in Facade.GetExportedTypes()
            from mentioned in SignatureTypes(type).SelectMany(Parts)
            where !mentioned.IsGenericParameter && IsForeign(mentioned)
            select $"{type.FullName}: {mentioned.FullName}";

        Assert.Empty(found.Distinct());
    }

    [Fact]
    public void TheSurfaceIsThere()
    {
        var names = Facade.GetExportedTypes().Select(t => t.Name).ToHashSet();
        Assert.Contains("MeltingEstimator", names);
        Assert.Contains("ScanEntropyEstimator", names);
        Assert.Contains("TrajectoryReader", names);
        Assert.Contains("MutualInformationEstimator", names);
        Assert.Contains("LatticeEntropyEstimator", names);
        Assert.Contains("LatticeSnapshotFile", names);
        Assert.Contains("MiceException", names);
        Assert.Contains("DescribedRow", names);
        Assert.Contains("RsmiEstimator", names);
        Assert.All(Facade.GetExportedTypes(), t => Assert.Equal("Mice.CSharp", t.Namespace));
    }
}
