// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QCoreApplication>
#include <QTest>

// A room's tests are one program. QOMBU_TEST(tst_Class) takes the place of QTEST_GUILESS_MAIN: it
// puts the class into that program, under the name of its file.

namespace QombuTest {

using TestFunction = int (*)(int argc, char **argv);

// Returns something, so that it can be called before main().
bool addTest(const char *file, TestFunction function);

struct NoApplication
{
    NoApplication(int &, char **) {}
};

template<typename Test, typename Application>
int runTest(int argc, char **argv)
{
    QCoreApplication::setAttribute(Qt::AA_Use96Dpi);
    [[maybe_unused]] Application application(argc, argv);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace QombuTest

// Application is QCoreApplication, QApplication or, for a test that needs none, NoApplication.
#define QOMBU_TEST_WITH(Application, Test)                                                         \
    QOMBU_TEST_FUNCTION(Test, (&QombuTest::runTest<Test, Application>))
#define QOMBU_TEST(Test) QOMBU_TEST_WITH(QCoreApplication, Test)
#define QOMBU_TEST_FUNCTION(Test, function)                                                        \
    [[maybe_unused]] static const bool Test##IsAdded = QombuTest::addTest(__FILE__, function);
