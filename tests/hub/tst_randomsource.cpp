// SPDX-License-Identifier: BSD-3-Clause
#include "hub/randomsource.h"
#include "support/testmain.h"

#include <QtTest/qtest.h>

#include <bit>
#include <set>

using namespace Qombu;

class tst_RandomSource : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void followsItsSeed();
    void differsWithoutSeed();
    void usesEveryBit();
    void doesNotRepeatItself();
};

void tst_RandomSource::followsItsSeed()
{
    // Zero is a seed like any other. The reference: SplitMix64 and xoshiro256** by their authors'
    // published C code, run with this seed.
    RandomSource a(0);
    RandomSource b(0);
    RandomSource c(1);
    QCOMPARE(a.next(), 0x99ec5f36cb75f2b4U);
    QCOMPARE(a.next(), 0xbf6e1f784956452aU);
    b.next();
    b.next();
    for (int i = 0; i < 100; ++i)
        QCOMPARE(a.next(), b.next());
    QVERIFY(a.next() != c.next());
}

void tst_RandomSource::differsWithoutSeed()
{
    RandomSource a;
    RandomSource b;
    QVERIFY(a.next() != b.next());
}

void tst_RandomSource::usesEveryBit()
{
    RandomSource random(3);
    std::array<int, 64> ones{};
    constexpr int Rounds = 10'000;
    for (int i = 0; i < Rounds; ++i) {
        const quint64 value = random.next();
        for (size_t bit = 0; bit < ones.size(); ++bit)
            ones[bit] += int(value >> bit & 1);
    }
    for (const int count : ones)
        QVERIFY2(std::abs(count - Rounds / 2) < 300, qPrintable(QString::number(count))); // 6 sigma
}

void tst_RandomSource::doesNotRepeatItself()
{
    RandomSource random(5);
    std::set<quint64> seen;
    for (int i = 0; i < 100'000; ++i)
        seen.insert(random.next());
    QCOMPARE(seen.size(), 100'000U);
}

QOMBU_TEST(tst_RandomSource)
#include "tst_randomsource.moc"
