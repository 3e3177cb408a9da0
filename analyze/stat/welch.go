package stat

import "math"

// WelchInterval holds the difference of the means, new less old, with the given
// confidence. The two sides may scatter differently. NaN when a side has fewer
// than two values.
//
// Source: Welch, "The generalization of Student's problem when several
// different population variances are involved", 1947.
func WelchInterval(old, new []float64, confidence float64) (low, high float64) {
	if len(old) < 2 || len(new) < 2 {
		return math.NaN(), math.NaN()
	}
	a, b := variance(old)/float64(len(old)), variance(new)/float64(len(new))
	difference := mean(new) - mean(old)
	if a+b == 0 {
		return difference, difference
	}
	freedom := (a + b) * (a + b) / (a*a/float64(len(old)-1) + b*b/float64(len(new)-1))
	reach := studentQuantile((1+confidence)/2, freedom) * math.Sqrt(a+b)
	return difference - reach, difference + reach
}

// studentQuantile is the value that Student's t with that many degrees of freedom
// stays below with chance p, for p from 0.5 up.
func studentQuantile(p, freedom float64) float64 {
	low, high := 0.0, 4.0
	for studentBelow(high, freedom) < p && high < 1e9 {
		low, high = high, 2*high
	}
	for range 50 { // to the last bit of what anyone reads
		middle := (low + high) / 2
		if studentBelow(middle, freedom) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// studentBelow is the chance of Student's t to be below t >= 0.
func studentBelow(t, freedom float64) float64 {
	return 1 - regularBeta(freedom/(freedom+t*t), freedom/2, 0.5)/2
}

// regularBeta is the regularised incomplete beta function I_x(a, b), by its
// continued fraction.
//
// Source: Press et al., "Numerical recipes", section 6.4 (the method of Lentz).
func regularBeta(x, a, b float64) float64 {
	if x <= 0 || x >= 1 {
		return min(max(x, 0), 1)
	}
	if x > (a+1)/(a+b+2) {
		return 1 - regularBeta(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny = 1e-300
	c, d := 1.0, 1/notZero(1-(a+b)*x/(a+1), tiny)
	h := d
	for m := 1.0; m < 1000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / notZero(1+even*d, tiny)
		c = notZero(1+even/c, tiny)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / notZero(1+odd*d, tiny)
		c = notZero(1+odd/c, tiny)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return front * h
}

func notZero(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return tiny
	}
	return x
}
