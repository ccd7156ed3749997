module Placeholder

[<Xunit.Fact>]
let ``placeholder`` () = ()
