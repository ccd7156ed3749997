namespace Mice.Cli

open System
open System.Reflection
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Entropy.Models
open Mice.Information
open Mice.Tensors

/// The estimators as the commands use them, so that tests can put others in their place.
type Estimators =
    {
        /// Excess entropy of the snapshots of one phase.
        Particles: ParticleMethod -> Run -> Snapshot[] -> Result<ParticleEntropy, MiceError list>
        /// Mutual information of two samples.
        MutualInformation:
            MutualInformationOptions -> Run -> Sample -> Sample -> Result<MutualInformationResult, MiceError list>
        /// Entropies of a lattice model at some temperatures.
        Lattice:
            LatticeEntropyOptions -> Run -> LatticeSystem -> float list -> Result<LatticeResult list, MiceError list>
        /// Entropy of lattice snapshots from elsewhere.
        LatticeSnapshots:
            LatticeEntropyOptions
                -> Run
                -> LatticeConditions
                -> LatticeGiven
                -> Result<LatticeResult list, MiceError list>
        /// Programs and libraries behind the numbers, with their versions.
        Versions: unit -> (string * string) list
    }

/// The estimators of Mice.Entropy and Mice.Information.
[<RequireQualifiedAccess>]
module Estimators =

    let private versionOf (assembly: Assembly) =
        match assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>() with
        | null -> string (assembly.GetName().Version)
        | version -> version.InformationalVersion.Split('+')[0]

    /// Versions of Mice and of what it runs on, and between them of what a result stands on.
    let versions (foundation: (string * string) list) : (string * string) list =
        [
            "mice", versionOf typeof<Progress>.Assembly
            yield! foundation
            "dotnet", string Environment.Version
            "system", Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier
        ]

    let private tensorLibrary () =
        match Engine.load () with
        | Ok() -> [ "libtorch", Engine.version () ]
        | Error _ -> []

    /// What the program ships with.
    let standard: Estimators =
        {
            Particles = ParticleEntropy.estimate
            MutualInformation = MutualInformation.estimate
            Lattice = fun options run system temperatures -> system.Estimate options run temperatures
            LatticeSnapshots = LatticeSnapshotEntropy.estimate
            Versions = tensorLibrary >> versions
        }
