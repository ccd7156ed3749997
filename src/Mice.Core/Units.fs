namespace Mice

/// Units of measure and the constants that connect them. Entropies are in nats or in k_B (one nat of a
/// thermodynamic system is one k_B), atoms in metal units: Å, eV, ps, K, bar.
[<AutoOpen>]
module Units =
    /// Natural unit of information; 1 nat = 1/ln 2 bits.
    [<Measure>]
    type nat

    /// One lattice site.
    [<Measure>]
    type site

    /// One atom.
    [<Measure>]
    type atom

    /// Boltzmann's constant as a unit of entropy.
    [<Measure>]
    type kB

    /// Kelvin.
    [<Measure>]
    type K

    /// Electronvolt.
    [<Measure>]
    type eV

    /// Ångström, 1e-10 m.
    [<Measure>]
    type Angstrom

    /// Picosecond.
    [<Measure>]
    type ps

    /// Bar, 1e5 Pa.
    [<Measure>]
    type bar

    /// Kilojoule.
    [<Measure>]
    type kJ

    /// Mole.
    [<Measure>]
    type mol

    /// Boltzmann's constant in eV/K (CODATA 2018, exact in SI: 1.380649e-23 J/K over 1.602176634e-19 J/eV).
    let boltzmann = 8.617333262e-5<eV / (kB K)>

    /// What one eV per particle is in kJ per mole of particles (CODATA 2018: e·N_A).
    let kJPerMolPerEV = 96.485332123<kJ / (mol eV)>

    /// The gas constant R = k_B·N_A in kJ/(mol K) for each k_B per particle.
    let gasConstant = 8.31446261815324e-3<kJ / (mol K kB)>

    /// One bar in eV/Å³, so that pressure times volume is an energy.
    let eVPerCubicAngstromPerBar = 6.241509074e-7<eV / (Angstrom^3 bar)>
