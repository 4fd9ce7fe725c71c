#include "code_objects/neurongroup_stateupdater_codeobject.h"
#include "objects.h"
#include "brianlib/common_math.h"
#include "brianlib/stdint_compat.h"
#include<cmath>
#include<ctime>
#include<iostream>
#include<fstream>
#include<climits>

////// SUPPORT CODE ///////
namespace {
        
    #define _brian_abs std::abs
    template < typename T1, typename T2 > struct _higher_type;
    template < > struct _higher_type<int32_t,int32_t> { typedef int32_t type; };
    template < > struct _higher_type<int32_t,int64_t> { typedef int64_t type; };
    template < > struct _higher_type<int32_t,float> { typedef float type; };
    template < > struct _higher_type<int32_t,double> { typedef double type; };
    template < > struct _higher_type<int32_t,long double> { typedef long double type; };
    template < > struct _higher_type<int64_t,int32_t> { typedef int64_t type; };
    template < > struct _higher_type<int64_t,int64_t> { typedef int64_t type; };
    template < > struct _higher_type<int64_t,float> { typedef float type; };
    template < > struct _higher_type<int64_t,double> { typedef double type; };
    template < > struct _higher_type<int64_t,long double> { typedef long double type; };
    template < > struct _higher_type<float,int32_t> { typedef float type; };
    template < > struct _higher_type<float,int64_t> { typedef float type; };
    template < > struct _higher_type<float,float> { typedef float type; };
    template < > struct _higher_type<float,double> { typedef double type; };
    template < > struct _higher_type<float,long double> { typedef long double type; };
    template < > struct _higher_type<double,int32_t> { typedef double type; };
    template < > struct _higher_type<double,int64_t> { typedef double type; };
    template < > struct _higher_type<double,float> { typedef double type; };
    template < > struct _higher_type<double,double> { typedef double type; };
    template < > struct _higher_type<double,long double> { typedef long double type; };
    template < > struct _higher_type<long double,int32_t> { typedef long double type; };
    template < > struct _higher_type<long double,int64_t> { typedef long double type; };
    template < > struct _higher_type<long double,float> { typedef long double type; };
    template < > struct _higher_type<long double,double> { typedef long double type; };
    template < > struct _higher_type<long double,long double> { typedef long double type; };
    // General template, used for floating point types
    template < typename T1, typename T2 >
    static inline typename _higher_type<T1,T2>::type
    _brian_mod(T1 x, T2 y)
    {
        return x-y*floor(1.0*x/y);
    }
    // Specific implementations for integer types
    // (from Cython, see LICENSE file)
    template <>
    inline int32_t _brian_mod(int32_t x, int32_t y)
    {
        int32_t r = x % y;
        r += ((r != 0) & ((r ^ y) < 0)) * y;
        return r;
    }
    template <>
    inline int64_t _brian_mod(int32_t x, int64_t y)
    {
        int64_t r = x % y;
        r += ((r != 0) & ((r ^ y) < 0)) * y;
        return r;
    }
    template <>
    inline int64_t _brian_mod(int64_t x, int32_t y)
    {
        int64_t r = x % y;
        r += ((r != 0) & ((r ^ y) < 0)) * y;
        return r;
    }
    template <>
    inline int64_t _brian_mod(int64_t x, int64_t y)
    {
        int64_t r = x % y;
        r += ((r != 0) & ((r ^ y) < 0)) * y;
        return r;
    }
    // General implementation, used for floating point types
    template < typename T1, typename T2 >
    static inline typename _higher_type<T1,T2>::type
    _brian_floordiv(T1 x, T2 y)
    {{
        return floor(1.0*x/y);
    }}
    // Specific implementations for integer types
    // (from Cython, see LICENSE file)
    template <>
    inline int32_t _brian_floordiv<int32_t, int32_t>(int32_t a, int32_t b) {
        int32_t q = a / b;
        int32_t r = a - q*b;
        q -= ((r != 0) & ((r ^ b) < 0));
        return q;
    }
    template <>
    inline int64_t _brian_floordiv<int32_t, int64_t>(int32_t a, int64_t b) {
        int64_t q = a / b;
        int64_t r = a - q*b;
        q -= ((r != 0) & ((r ^ b) < 0));
        return q;
    }
    template <>
    inline int64_t _brian_floordiv<int64_t, int>(int64_t a, int32_t b) {
        int64_t q = a / b;
        int64_t r = a - q*b;
        q -= ((r != 0) & ((r ^ b) < 0));
        return q;
    }
    template <>
    inline int64_t _brian_floordiv<int64_t, int64_t>(int64_t a, int64_t b) {
        int64_t q = a / b;
        int64_t r = a - q*b;
        q -= ((r != 0) & ((r ^ b) < 0));
        return q;
    }
    #ifdef _MSC_VER
    #define _brian_pow(x, y) (pow((double)(x), (y)))
    #else
    #define _brian_pow(x, y) (pow((x), (y)))
    #endif

}

////// HASH DEFINES ///////



void _run_neurongroup_stateupdater_codeobject()
{
    using namespace brian;


    ///// CONSTANTS ///////////
    const double A = 2494.9713961332673;
const double C = 2e-10;
const double C_TH = 2e-15;
const int64_t N = 1000;
const double R_0 = 190.0;
const double R_TH = 2040816.0;
const double S = 745.6686811890273;
const size_t _numT = 1000;
const double T_AMB = 298.0;
const size_t _numV = 1000;
const size_t _numdrive = 1000;
const size_t _numdt = 1;
const size_t _numnot_refractory = 1000;
const double second = 1.0;
    ///// POINTERS ////////////
        
    double* __restrict  _ptr_array_neurongroup_T = _array_neurongroup_T;
    double* __restrict  _ptr_array_neurongroup_V = _array_neurongroup_V;
    double* __restrict  _ptr_array_neurongroup_drive = _array_neurongroup_drive;
    double*   _ptr_array_defaultclock_dt = _array_defaultclock_dt;
    char* __restrict  _ptr_array_neurongroup_not_refractory = _array_neurongroup_not_refractory;


    //// MAIN CODE ////////////
    // scalar code
    const size_t _vectorisation_idx = -1;
        
    const double dt = _ptr_array_defaultclock_dt[0];
    const double _lio_1 = 1.0f*dt/(C_TH * second);
    const double _lio_2 = 1.0f*1.0/R_TH;
    const double _lio_3 = 1.0f*1.0/R_0;
    const double _lio_4 = - A;
    const double _lio_5 = 1.0f*dt/(C * second);


    const int _N = N;
    
    for(int _idx=0; _idx<_N; _idx++)
    {
        // vector code
        const size_t _vectorisation_idx = _idx;
                
        double T = _ptr_array_neurongroup_T[_idx];
        double V = _ptr_array_neurongroup_V[_idx];
        const double drive = _ptr_array_neurongroup_drive[_idx];
        char not_refractory = _ptr_array_neurongroup_not_refractory[_idx];
        if(!not_refractory)
            not_refractory = false || (! (T > 2000));
        else 
            not_refractory = true || (! (T > 2000));
        const double __k_1_T = _lio_1 * ((_lio_2 * (T_AMB + (- T))) + (_lio_3 * ((_brian_pow(V, 2)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V))))/T))));
        const double __k_1_V = _lio_5 * (drive - (_lio_3 * (V * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V))))/T))));
        const double __k_2_T = _lio_1 * ((_lio_2 * ((T_AMB + (- T)) - (0.5 * __k_1_T))) + (_lio_3 * ((_brian_pow(V + (0.5 * __k_1_V), 2)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + (0.5 * __k_1_V)))))/(T + (0.5 * __k_1_T))))));
        const double __k_2_V = _lio_5 * (drive - (_lio_3 * ((V + (0.5 * __k_1_V)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + (0.5 * __k_1_V)))))/(T + (0.5 * __k_1_T))))));
        const double __k_3_T = _lio_1 * ((_lio_2 * ((T_AMB + (- T)) - (0.5 * __k_2_T))) + (_lio_3 * ((_brian_pow(V + (0.5 * __k_2_V), 2)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + (0.5 * __k_2_V)))))/(T + (0.5 * __k_2_T))))));
        const double __k_3_V = _lio_5 * (drive - (_lio_3 * ((V + (0.5 * __k_2_V)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + (0.5 * __k_2_V)))))/(T + (0.5 * __k_2_T))))));
        const double __k_4_T = _lio_1 * ((_lio_2 * ((T_AMB + (- T)) - __k_3_T)) + (_lio_3 * ((_brian_pow(V + __k_3_V, 2)) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + __k_3_V))))/(T + __k_3_T)))));
        const double __k_4_V = _lio_5 * (drive - (_lio_3 * ((V + __k_3_V) * exp(1.0f*(_lio_4 + (S * sqrt(_brian_abs(V + __k_3_V))))/(T + __k_3_T)))));
        const double _T = (((T + (0.16666666666666666 * __k_1_T)) + (0.3333333333333333 * __k_2_T)) + (0.3333333333333333 * __k_3_T)) + (0.16666666666666666 * __k_4_T);
        const double _V = (((V + (0.16666666666666666 * __k_1_V)) + (0.3333333333333333 * __k_2_V)) + (0.3333333333333333 * __k_3_V)) + (0.16666666666666666 * __k_4_V);
        T = _T;
        V = _V;
        _ptr_array_neurongroup_T[_idx] = T;
        _ptr_array_neurongroup_V[_idx] = V;
        _ptr_array_neurongroup_not_refractory[_idx] = not_refractory;

    }

}


