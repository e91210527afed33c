// SPDX-License-Identifier: BSD-3-Clause
#include "core/editdistance_p.h"
#include "support/testmain.h"

#include <QTest>

class tst_EditDistance : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsWhatIsNear_data();
    void findsWhatIsNear();
};

void tst_EditDistance::findsWhatIsNear_data()
{
    QTest::addColumn<QString>("closest");
    const auto row = [](const char *word, const char *closest) {
        QTest::newRow(word) << QString::fromLatin1(closest);
    };
    row("visibilty_timeout", "visibility_timeout");
    row("SEP", "sep");
    row("nope", ""); // three letters from "sep", of four
    row("x", "");
    row("", "");
}

void tst_EditDistance::findsWhatIsNear()
{
    const QString word = QString::fromLatin1(QTest::currentDataTag());
    QTEST(Qombu::closestName(word, {QStringLiteral("sep"), QStringLiteral("visibility_timeout")}),
          "closest");
}

QOMBU_TEST(tst_EditDistance)
#include "tst_editdistance.moc"
